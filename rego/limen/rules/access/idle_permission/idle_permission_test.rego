package limen.rules.access.idle_permission_test

import data.limen.rules.access.idle_permission

subject := {"permissions": 2, "idle": 0}

decide(given) := answer if {
	answer := {"applicable": idle_permission.applicable, "checks": idle_permission.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"idle": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"idle": 1}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["idle"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"permissions": 1, "idle": 1}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": false, "actual": 1}}
}

test_a_role_that_grants_nothing_is_not_applicable if {
	decide(object.union(subject, {"permissions": 0})).applicable == false
}
