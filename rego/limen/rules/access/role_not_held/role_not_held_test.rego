package limen.rules.access.role_not_held_test

import data.limen.rules.access.role_not_held

subject := {"authz": {"workload_roles": 1, "caller_roles": 1}}

decide(given) := answer if {
	answer := {"applicable": role_not_held.applicable, "checks": role_not_held.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"held": {"holds": true, "actual": 1, "workload": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"caller_roles": 0}}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false, "actual": 0, "workload": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/caller_roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"caller_roles": 0, "workload_roles": 3}}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false, "actual": 0, "workload": 3}}
}

test_humans_only_is_not_applicable if {
	decide(object.union(subject, {"authz": {"workload_roles": 0, "caller_roles": 0}})).applicable == false
}
