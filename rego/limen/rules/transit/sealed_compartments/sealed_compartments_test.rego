package limen.rules.transit.sealed_compartments_test

import data.limen.rules.transit.sealed_compartments

subject := {
	"label": {"compartments": ["phi"], "text": "restricted {phi}"},
	"plaintext": false,
	"storage": false,
	"key_material": false,
}

decide(given) := answer if {
	answer := {"applicable": sealed_compartments.applicable, "checks": sealed_compartments.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "label": "restricted {phi}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"plaintext": true}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "restricted {phi}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["plaintext"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"label": {"compartments": ["a", "b"], "text": "public {a, b}"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "public {a, b}"}}
}

test_without_a_compartment_is_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": []}})).applicable == false
}

test_a_medium_is_not_applicable if {
	decide(object.union(subject, {"storage": true})).applicable == false
}

test_key_material_is_not_applicable if {
	decide(object.union(subject, {"key_material": true})).applicable == false
}
