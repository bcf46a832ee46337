package limen.rules.access.called_identity_test

import data.limen.rules.access.called_identity

subject := {"flows": 2, "identity": true}

decide(given) := answer if {
	answer := {"applicable": called_identity.applicable, "checks": called_identity.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"identity": {"holds": true, "actual": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"identity": false}))
	answer.applicable == true
	answer.checks == {"identity": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["identity"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"identity": false, "flows": 1}))
	answer.applicable == true
	answer.checks == {"identity": {"holds": false, "actual": 1}}
}

test_what_no_flow_reaches_is_not_applicable if {
	decide(object.union(subject, {"flows": 0})).applicable == false
}
