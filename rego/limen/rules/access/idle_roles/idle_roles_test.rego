package limen.rules.access.idle_roles_test

import data.limen.rules.access.idle_roles

subject := {"use": {"idle_roles": 0}}

decide(given) := answer if {
	answer := {"applicable": idle_roles.applicable, "checks": idle_roles.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"role": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"idle_roles": 2}}))
	answer.applicable == true
	answer.checks == {"role": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/idle_roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"idle_roles": 1}}))
	answer.applicable == true
	answer.checks == {"role": {"holds": false, "actual": 1}}
}
