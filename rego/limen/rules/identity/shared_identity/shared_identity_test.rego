package limen.rules.identity.shared_identity_test

import data.limen.rules.identity.shared_identity

subject := {"identity": true, "same_identity": 0}

decide(given) := answer if {
	answer := {"applicable": shared_identity.applicable, "checks": shared_identity.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"unique": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"same_identity": 1}))
	answer.applicable == true
	answer.checks == {"unique": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["same_identity"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"same_identity": 7}))
	answer.applicable == true
	answer.checks == {"unique": {"holds": false, "actual": 7}}
}

test_without_identity_is_not_applicable if decide(object.union(subject, {"identity": false})).applicable == false
