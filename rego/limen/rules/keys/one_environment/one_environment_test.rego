package limen.rules.keys.one_environment_test

import data.limen.rules.keys.one_environment

subject := {"uses": ["encrypt"], "environment": "production", "environments": 1, "same_material": 0}

decide(given) := answer if {
	answer := {"applicable": one_environment.applicable, "checks": one_environment.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"environment": {"holds": true, "actual": 1, "declared": "production"},
		"material": {"holds": true, "actual": 0},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"environments": 2}))
	answer.applicable == true
	answer.checks == {
		"environment": {"holds": false, "actual": 2, "declared": "production"},
		"material": {"holds": true, "actual": 0},
	}
}

test_same_material_is_violating if {
	answer := decide(object.union(subject, {"same_material": 1}))
	answer.applicable == true
	answer.checks == {
		"environment": {"holds": true, "actual": 1, "declared": "production"},
		"material": {"holds": false, "actual": 1},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["environment"]))
	answer.applicable == true
	answer.checks == {"material": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"environments": 3, "same_material": 2}))
	answer.applicable == true
	answer.checks == {
		"environment": {"holds": false, "actual": 3, "declared": "production"},
		"material": {"holds": false, "actual": 2},
	}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
