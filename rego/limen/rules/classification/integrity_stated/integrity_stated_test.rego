package limen.rules.classification.integrity_stated_test

import data.limen.rules.classification.integrity_stated

parameters := {"integrity_minimum": {"phi": 2, "regulatory": 1}, "ledger_integrity": 1}

subject := {"label": {"compartments": ["phi"]}, "requires_integrity": 2, "ledger_stored": 0}

decide(given) := answer if {
	answer := {"applicable": integrity_stated.applicable, "checks": integrity_stated.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"integrity": {"holds": true, "actual": 2, "required": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"requires_integrity": 1}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 1, "required": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["requires_integrity"]))
	answer.applicable == true
	answer.checks == {}
}

test_the_greatest_of_several_holds if {
	answer := decide(object.union(subject, {"label": {"compartments": ["phi", "regulatory"]}, "requires_integrity": 1}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 1, "required": 2}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"label": {"compartments": ["other", "regulatory"]}, "requires_integrity": 0}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 0, "required": 1}}
}

test_other_compartments_are_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": ["other"]}})).applicable == false
}

test_what_a_ledger_gets_is_asked_for_as_well if {
	answer := decide(object.union(subject, {
		"label": {"compartments": ["other"]},
		"requires_integrity": 0,
		"ledger_stored": 2,
	}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 0, "required": 1}}
}

test_the_compartment_outweighs_the_ledger if {
	answer := decide(object.union(subject, {"requires_integrity": 1, "ledger_stored": 1}))
	answer.checks == {"integrity": {"holds": false, "actual": 1, "required": 2}}
}

test_one_ledger_asks if {
	answer := decide(object.union(subject, {"label": {"compartments": ["other"]}, "ledger_stored": 1}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": true, "actual": 2, "required": 1}}
}

test_what_no_ledger_gets_owes_it_nothing if {
	integrity_stated.checks.integrity == {"holds": true, "actual": 2, "required": 2}
		with input as subject
		with data.limen.parameters as {"integrity_minimum": {"phi": 2}, "ledger_integrity": 3}
}
