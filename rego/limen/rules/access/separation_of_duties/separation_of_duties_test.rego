package limen.rules.access.separation_of_duties_test

import data.limen.rules.access.separation_of_duties

subject := {"declared": true, "known": 2, "roles": 0, "principals": 0, "components": 0}

decide(given) := answer if {
	answer := {"applicable": separation_of_duties.applicable, "checks": separation_of_duties.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"known": {"holds": true, "actual": 2, "required": 2},
		"role": {"holds": true, "actual": 0},
		"principal": {"holds": true, "actual": 0},
		"component": {"holds": true, "actual": 0},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"principals": 1}))
	answer.applicable == true
	answer.checks == {
		"known": {"holds": true, "actual": 2, "required": 2},
		"role": {"holds": true, "actual": 0},
		"principal": {"holds": false, "actual": 1},
		"component": {"holds": true, "actual": 0},
	}
}

test_one_role_with_both_is_violating if {
	answer := decide(object.union(subject, {"roles": 1}))
	answer.applicable == true
	answer.checks == {
		"known": {"holds": true, "actual": 2, "required": 2},
		"role": {"holds": false, "actual": 1},
		"principal": {"holds": true, "actual": 0},
		"component": {"holds": true, "actual": 0},
	}
}

test_a_component_with_both_is_violating if {
	answer := decide(object.union(subject, {"components": 2}))
	answer.applicable == true
	answer.checks == {
		"known": {"holds": true, "actual": 2, "required": 2},
		"role": {"holds": true, "actual": 0},
		"principal": {"holds": true, "actual": 0},
		"component": {"holds": false, "actual": 2},
	}
}

test_a_misspelt_permission_is_violating if {
	answer := decide(object.union(subject, {"known": 1}))
	answer.applicable == true
	answer.checks == {
		"known": {"holds": false, "actual": 1, "required": 2},
		"role": {"holds": true, "actual": 0},
		"principal": {"holds": true, "actual": 0},
		"component": {"holds": true, "actual": 0},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["known", "roles", "principals", "components"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"known": 0, "roles": 1, "principals": 1, "components": 1}))
	answer.applicable == true
	answer.checks == {
		"known": {"holds": false, "actual": 0, "required": 2},
		"role": {"holds": false, "actual": 1},
		"principal": {"holds": false, "actual": 1},
		"component": {"holds": false, "actual": 1},
	}
}

test_more_than_a_pair_is_violating if {
	decide(object.union(subject, {"known": 3})).checks.known == {"holds": false, "actual": 3, "required": 2}
}

test_a_pair_that_is_not_declared_is_not_applicable if {
	decide(object.union(subject, {"declared": false, "principals": 1})).applicable == false
}
