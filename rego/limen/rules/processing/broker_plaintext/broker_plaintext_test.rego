package limen.rules.processing.broker_plaintext_test

import data.limen.rules.processing.broker_plaintext

parameters := {"protected_compartments": ["phi"], "protected_level": 3}

subject := {
	"broker": true,
	"plaintext": false,
	"label": {"level": 2, "compartments": ["phi"], "text": "restricted {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": broker_plaintext.applicable, "checks": broker_plaintext.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "label": "restricted {phi}"}}
}

test_an_unprotected_item_conforms if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"label": {"level": 0, "compartments": [], "text": "public"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "label": "public"}}
}

test_violating if {
	answer := decide(object.union(subject, {"plaintext": true}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "restricted {phi}"}}
}

test_violating_by_level if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"label": {"level": 3, "compartments": [], "text": "secret"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "secret"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["plaintext"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"label": {"level": 9, "compartments": ["phi", "regulatory"], "text": "top"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "top"}}
}

test_a_reader_is_not_applicable if {
	decide(object.union(subject, {"broker": false})).applicable == false
}
