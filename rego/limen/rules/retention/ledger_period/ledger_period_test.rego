package limen.rules.retention.ledger_period_test

import data.limen.rules.retention.ledger_period

parameters := {"ledger_retention": 100, "retention_minimum": {"phi": 200}}

subject := {"used": 4, "kept": 300, "logged_label": {"compartments": ["phi"]}}

decide(given) := answer if {
	answer := {"applicable": ledger_period.applicable, "checks": ledger_period.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"base": {"holds": true, "actual": 300, "required": 100},
		"compartment": {0: {"holds": true, "actual": 300, "required": 200, "compartment": "phi"}},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"kept": 150}))
	answer.applicable == true
	answer.checks == {
		"base": {"holds": true, "actual": 150, "required": 100},
		"compartment": {0: {"holds": false, "actual": 150, "required": 200, "compartment": "phi"}},
	}
}

test_below_the_base_is_violating if {
	answer := decide(object.union(subject, {"kept": 99, "logged_label": {"compartments": []}}))
	answer.applicable == true
	answer.checks == {"base": {"holds": false, "actual": 99, "required": 100}, "compartment": {}}
}

test_an_unlisted_compartment_conforms if {
	answer := decide(object.union(subject, {"logged_label": {"compartments": ["research"]}}))
	answer.applicable == true
	answer.checks == {
		"base": {"holds": true, "actual": 300, "required": 100},
		"compartment": {0: {"holds": true, "actual": 300, "required": 0, "compartment": "research"}},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["kept"]))
	answer.applicable == true
	answer.checks == {"compartment": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"used": 1, "kept": 0}))
	answer.applicable == true
	answer.checks == {
		"base": {"holds": false, "actual": 0, "required": 100},
		"compartment": {0: {"holds": false, "actual": 0, "required": 200, "compartment": "phi"}},
	}
}

test_unused_is_not_applicable if decide(object.union(subject, {"used": 0})).applicable == false

test_the_minimum_itself_conforms if {
	answer := decide(object.union(subject, {"kept": 200}))
	answer.checks == {
		"base": {"holds": true, "actual": 200, "required": 100},
		"compartment": {0: {"holds": true, "actual": 200, "required": 200, "compartment": "phi"}},
	}
}

test_the_base_itself_conforms if {
	answer := decide(object.union(subject, {"kept": 100, "logged_label": {"compartments": []}}))
	answer.checks == {"base": {"holds": true, "actual": 100, "required": 100}, "compartment": {}}
}
