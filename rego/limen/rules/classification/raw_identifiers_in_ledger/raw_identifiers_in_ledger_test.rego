package limen.rules.classification.raw_identifiers_in_ledger_test

import data.limen.rules.classification.raw_identifiers_in_ledger

subject := {"ledger": true, "plaintext": true, "identifiers": 0, "token": false, "label": {"text": "internal {}"}}

decide(given) := answer if {
	answer := {"applicable": raw_identifiers_in_ledger.applicable, "checks": raw_identifiers_in_ledger.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": true, "actual": 0, "label": "internal {}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"identifiers": 2}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": false, "actual": 2, "label": "internal {}"}}
}

test_tokens_conform if {
	answer := decide(object.union(subject, {"identifiers": 2, "token": true}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": true, "actual": 2, "label": "internal {}"}}
}

test_sealed_conforms if {
	answer := decide(object.union(subject, {"identifiers": 2, "plaintext": false}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": true, "actual": 2, "label": "internal {}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["token"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"identifiers": 1}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": false, "actual": 1, "label": "internal {}"}}
}

test_elsewhere_is_not_applicable if {
	decide(object.union(subject, {"ledger": false, "identifiers": 2})).applicable == false
}
