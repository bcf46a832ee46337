package limen.rules.retention.period_test

import data.limen.rules.retention.period

parameters := {"retention_minimum": {"phi": 200, "serialization": 300}}

subject := {"retained": true, "retention": 300, "label": {"compartments": ["phi", "research"]}}

decide(given) := answer if {
	answer := {"applicable": period.applicable, "checks": period.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"compartment": {
			0: {"holds": true, "actual": 300, "required": 200, "compartment": "phi"},
			1: {"holds": true, "actual": 300, "required": 0, "compartment": "research"},
		},
	}
}

test_equal_conforms if {
	answer := decide(object.union(subject, {"retention": 200}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"compartment": {
			0: {"holds": true, "actual": 200, "required": 200, "compartment": "phi"},
			1: {"holds": true, "actual": 200, "required": 0, "compartment": "research"},
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"retention": 199}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"compartment": {
			0: {"holds": false, "actual": 199, "required": 200, "compartment": "phi"},
			1: {"holds": true, "actual": 199, "required": 0, "compartment": "research"},
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["retention"]))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "compartment": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"retained": false,
		"retention": 0,
		"label": {"compartments": ["serialization"]},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"compartment": {0: {"holds": false, "actual": 0, "required": 300, "compartment": "serialization"}},
	}
}

test_without_a_period_is_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": ["research"]}})).applicable == false
}

test_without_compartments_is_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": []}})).applicable == false
}
