package limen.rules.access.wildcard_role_test

import data.limen.rules.access.wildcard_role

subject := {"permissions": 3, "wildcards": 0}

decide(given) := answer if {
	answer := {"applicable": wildcard_role.applicable, "checks": wildcard_role.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"exact": {"holds": true, "actual": 0, "permissions": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"wildcards": 1}))
	answer.applicable == true
	answer.checks == {"exact": {"holds": false, "actual": 1, "permissions": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["wildcards"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"permissions": 1, "wildcards": 1}))
	answer.applicable == true
	answer.checks == {"exact": {"holds": false, "actual": 1, "permissions": 1}}
}

test_granting_nothing_is_not_applicable if decide(object.union(subject, {"permissions": 0})).applicable == false
