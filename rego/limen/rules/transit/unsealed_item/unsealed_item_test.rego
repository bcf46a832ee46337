package limen.rules.transit.unsealed_item_test

import data.limen.rules.transit.unsealed_item

parameters := {"protected_compartments": ["phi"], "protected_level": 3, "trusted_from": 1}

subject := {
	"leaves_trust": true,
	"greatest_trust": 2,
	"plaintext": false,
	"depth": 1,
	"label": {"level": 2, "compartments": ["phi"], "text": "restricted {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": unsealed_item.applicable, "checks": unsealed_item.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "label": "restricted {phi}", "trust": 2, "depth": 1}}
}

test_unprotected_label_conforms if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"depth": 0,
		"label": {"level": 0, "compartments": [], "text": "public"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "label": "public", "trust": 2, "depth": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"plaintext": true, "depth": 0}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "restricted {phi}", "trust": 2, "depth": 0}}
}

test_violating_by_level if {
	answer := decide(object.union(subject, {
		"plaintext": true,
		"depth": 0,
		"label": {"level": 3, "compartments": [], "text": "secret"},
	}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "secret", "trust": 2, "depth": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["plaintext"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"plaintext": true, "depth": 0, "greatest_trust": 1}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "label": "restricted {phi}", "trust": 1, "depth": 0}}
}

test_not_leaving_is_not_applicable if {
	decide(object.union(subject, {"leaves_trust": false})).applicable == false
}

test_from_an_untrusted_zone_is_not_applicable if {
	decide(object.union(subject, {"greatest_trust": 0})).applicable == false
}
