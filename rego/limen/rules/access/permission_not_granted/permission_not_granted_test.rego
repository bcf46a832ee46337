package limen.rules.access.permission_not_granted_test

import data.limen.rules.access.permission_not_granted

subject := {"authz": {"permission": true, "roles": 2, "granting_roles": 2}}

decide(given) := answer if {
	answer := {"applicable": permission_not_granted.applicable, "checks": permission_not_granted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"granted": {"holds": true, "actual": 2, "required": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"granting_roles": 0}}))
	answer.applicable == true
	answer.checks == {"granted": {"holds": false, "actual": 0, "required": 2}}
}

test_one_of_two_is_violating if {
	answer := decide(object.union(subject, {"authz": {"granting_roles": 1}}))
	answer.applicable == true
	answer.checks == {"granted": {"holds": false, "actual": 1, "required": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/granting_roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"roles": 1, "granting_roles": 0}}))
	answer.applicable == true
	answer.checks == {"granted": {"holds": false, "actual": 0, "required": 1}}
}

test_without_permission_is_not_applicable if {
	decide(object.union(subject, {"authz": {"permission": false}})).applicable == false
}

test_without_roles_is_not_applicable if decide(object.union(subject, {"authz": {"roles": 0}})).applicable == false

test_counts_that_contradict_each_other_are_violating if {
	answer := decide(object.union(subject, {"authz": {"granting_roles": 3}}))
	answer.checks == {"granted": {"holds": false, "actual": 3, "required": 2}}
}
