package limen.rules.access.principal_idle_test

import data.limen.rules.access.principal_idle

subject := {"roles": 1}

decide(given) := answer if {
	answer := {"applicable": principal_idle.applicable, "checks": principal_idle.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"roles": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"roles": 0}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"roles": 0, "as_component": true}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false}}
}
