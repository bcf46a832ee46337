package limen.rules.signatures.unverified_test

import data.limen.rules.signatures.unverified

subject := {"verifiable": true, "verified": true, "label": {"text": "internal {}"}}

decide(given) := answer if {
	answer := {"applicable": unverified.applicable, "checks": unverified.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"verified": {"holds": true, "actual": "internal {}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"verified": false}))
	answer.applicable == true
	answer.checks == {"verified": {"holds": false, "actual": "internal {}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["verified"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"verified": false, "label": {"text": "public {}"}}))
	answer.applicable == true
	answer.checks == {"verified": {"holds": false, "actual": "public {}"}}
}

test_unsigned_or_sealed_is_not_applicable if {
	decide(object.union(subject, {"verifiable": false, "verified": false})).applicable == false
}
