package limen.rules.classification.identifying_item_test

import data.limen.rules.classification.identifying_item

parameters := {"identifying_level": 2}

subject := {
	"identifiers": 2,
	"token": false,
	"label": {"level": 2, "compartments": ["phi"], "text": "confidential {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": identifying_item.applicable, "checks": identifying_item.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"level": {"holds": true, "actual": 2, "required": 2, "label": "confidential {phi}", "identifiers": 2},
		"compartment": {"holds": true, "label": "confidential {phi}", "identifiers": 2},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"label": {"level": 1, "text": "internal {phi}"}}))
	answer.applicable == true
	answer.checks == {
		"level": {"holds": false, "actual": 1, "required": 2, "label": "internal {phi}", "identifiers": 2},
		"compartment": {"holds": true, "label": "internal {phi}", "identifiers": 2},
	}
}

test_without_compartment_is_violating if {
	answer := decide(object.union(subject, {"label": {"compartments": [], "text": "confidential {}"}}))
	answer.applicable == true
	answer.checks == {
		"level": {"holds": true, "actual": 2, "required": 2, "label": "confidential {}", "identifiers": 2},
		"compartment": {"holds": false, "label": "confidential {}", "identifiers": 2},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["label/text"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"identifiers": 1,
		"label": {"level": 0, "compartments": [], "text": "public {}"},
	}))
	answer.applicable == true
	answer.checks == {
		"level": {"holds": false, "actual": 0, "required": 2, "label": "public {}", "identifiers": 1},
		"compartment": {"holds": false, "label": "public {}", "identifiers": 1},
	}
}

test_without_identifiers_is_not_applicable if decide(object.union(subject, {"identifiers": 0})).applicable == false

test_tokens_are_not_applicable if decide(object.union(subject, {"token": true})).applicable == false

test_the_profile_sets_the_level_and_not_the_number_of_identifiers if {
	answer := decide(object.union(subject, {"identifiers": 5}))
	answer.applicable == true
	answer.checks == {
		"level": {"holds": true, "actual": 2, "required": 2, "label": "confidential {phi}", "identifiers": 5},
		"compartment": {"holds": true, "label": "confidential {phi}", "identifiers": 5},
	}
}
