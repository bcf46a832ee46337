package limen.rules.access.phi_apart_from_inventory_test

import data.limen.rules.access.phi_apart_from_inventory

parameters := {"phi_compartments": ["phi"], "inventory_compartments": ["controlled-substance", "serialization"]}

subject := {
	"tenant": false,
	"entry": false,
	"effective_label": {"level": 3, "compartments": ["phi", "regulatory"], "text": "restricted {phi, regulatory}"},
}

decide(given) := answer if {
	answer := {"applicable": phi_apart_from_inventory.applicable, "checks": phi_apart_from_inventory.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"apart": {"holds": true, "actual": [], "label": "restricted {phi, regulatory}"}}
}

test_violating if {
	answer := decide(object.union(subject, {
		"effective_label": {"compartments": ["phi", "serialization"], "text": "restricted {phi, serialization}"},
	}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false, "actual": ["serialization"], "label": "restricted {phi, serialization}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["effective_label/text"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"effective_label": {"compartments": ["controlled-substance", "phi", "serialization"], "text": "top"},
	}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false, "actual": ["controlled-substance", "serialization"], "label": "top"}}
}

test_inventory_alone_is_not_applicable if {
	decide(object.union(subject, {"effective_label": {"compartments": ["serialization"]}})).applicable == false
}

test_the_threshold_is_not_applicable if {
	decide(object.union(subject, {
		"entry": true,
		"effective_label": {"compartments": ["phi", "serialization"]},
	})).applicable == false
}

test_a_tenant_is_not_applicable if {
	decide(object.union(subject, {
		"tenant": true,
		"effective_label": {"compartments": ["phi", "serialization"]},
	})).applicable == false
}
