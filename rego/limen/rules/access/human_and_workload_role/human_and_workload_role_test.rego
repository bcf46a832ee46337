package limen.rules.access.human_and_workload_role_test

import data.limen.rules.access.human_and_workload_role

subject := {"subjects": "human", "held_by_components": 0, "held_by_principals": 2}

decide(given) := answer if {
	answer := {"applicable": human_and_workload_role.applicable, "checks": human_and_workload_role.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": "human"}, "component": {"holds": true, "actual": 0}}
}

test_workload_conforms if {
	answer := decide(object.union(subject, {"subjects": "workload", "held_by_components": 3}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": "workload"}, "component": {"holds": true, "actual": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"held_by_components": 1}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": "human"}, "component": {"holds": false, "actual": 1}}
}

test_any_is_violating if {
	answer := decide(object.union(subject, {"subjects": "any"}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": "any"}, "component": {"holds": true, "actual": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["subjects"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"subjects": "any", "held_by_components": 1, "held_by_principals": 0}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": "any"}, "component": {"holds": true, "actual": 1}}
}

test_held_by_nobody_is_not_applicable if decide(object.union(subject, {"held_by_principals": 0})).applicable == false
