package limen.rules.access.unused_permission_test

import data.limen.rules.access.unused_permission

subject := {"permissions": 3, "unused": 0}

decide(given) := answer if {
	answer := {"applicable": unused_permission.applicable, "checks": unused_permission.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"used": {"holds": true, "actual": 0, "permissions": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"unused": 2}))
	answer.applicable == true
	answer.checks == {"used": {"holds": false, "actual": 2, "permissions": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unused"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"permissions": 1, "unused": 1}))
	answer.applicable == true
	answer.checks == {"used": {"holds": false, "actual": 1, "permissions": 1}}
}

test_granting_nothing_is_not_applicable if decide(object.union(subject, {"permissions": 0})).applicable == false
