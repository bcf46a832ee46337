package limen.rules.access.unknown_component_role_test

import data.limen.rules.access.unknown_component_role

subject := {"roles": 2, "unknown_roles": 0}

decide(given) := answer if {
	answer := {"applicable": unknown_component_role.applicable, "checks": unknown_component_role.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"known": {"holds": true, "actual": 0, "roles": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"unknown_roles": 1}))
	answer.applicable == true
	answer.checks == {"known": {"holds": false, "actual": 1, "roles": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unknown_roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"roles": 1, "unknown_roles": 1}))
	answer.applicable == true
	answer.checks == {"known": {"holds": false, "actual": 1, "roles": 1}}
}

test_without_roles_is_not_applicable if {
	decide(object.union(subject, {"roles": 0, "unknown_roles": 0})).applicable == false
}
