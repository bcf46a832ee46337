package limen.rules.processing.field_encryption_test

import data.limen.rules.processing.field_encryption

parameters := {"protected_compartments": ["phi"], "protected_level": 3, "own_trust": 1}

subject := {
	"trust": 1,
	"holds_plaintext": 1,
	"effective_label": {"level": 2, "compartments": ["phi"], "text": "restricted {phi}"},
	"processing": {"field_encryption": true},
}

decide(given) := answer if {
	answer := {"applicable": field_encryption.applicable, "checks": field_encryption.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"field_encryption": {"holds": true, "label": "restricted {phi}", "items": 1}}
}

test_an_unprotected_label_conforms if {
	answer := decide(object.union(subject, {
		"effective_label": {"level": 0, "compartments": [], "text": "public"},
		"processing": {"field_encryption": false},
	}))
	answer.applicable == true
	answer.checks == {"field_encryption": {"holds": true, "label": "public", "items": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"processing": {"field_encryption": false}}))
	answer.applicable == true
	answer.checks == {"field_encryption": {"holds": false, "label": "restricted {phi}", "items": 1}}
}

test_violating_by_level if {
	answer := decide(object.union(subject, {
		"effective_label": {"level": 3, "compartments": [], "text": "secret"},
		"processing": {"field_encryption": false},
	}))
	answer.applicable == true
	answer.checks == {"field_encryption": {"holds": false, "label": "secret", "items": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["processing/field_encryption"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"trust": 3,
		"holds_plaintext": 9,
		"processing": {"field_encryption": false},
	}))
	answer.applicable == true
	answer.checks == {"field_encryption": {"holds": false, "label": "restricted {phi}", "items": 9}}
}

test_without_plaintext_is_not_applicable if {
	decide(object.union(subject, {"holds_plaintext": 0})).applicable == false
}

test_outside_is_not_applicable if {
	decide(object.union(subject, {"trust": 0})).applicable == false
}
