package limen.rules.classification.raw_identifiers_in_regulatory_item_test

import data.limen.rules.classification.raw_identifiers_in_regulatory_item

parameters := {"regulatory_compartments": ["regulatory"], "personal_compartments": ["phi"]}

subject := {
	"identifiers": 0,
	"token": false,
	"label": {"text": "confidential {regulatory}", "compartments": ["regulatory"]},
}

decide(given) := answer if {
	answer := {
		"applicable": raw_identifiers_in_regulatory_item.applicable,
		"checks": raw_identifiers_in_regulatory_item.checks,
	}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": true, "actual": 0, "label": "confidential {regulatory}"}}
}

test_tokens_conform if {
	answer := decide(object.union(subject, {"identifiers": 2, "token": true}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": true, "actual": 2, "label": "confidential {regulatory}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"identifiers": 1}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": false, "actual": 1, "label": "confidential {regulatory}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["identifiers"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"identifiers": 4, "label": {"compartments": ["regulatory", "serialization"]}}))
	answer.applicable == true
	answer.checks == {"identifiers": {"holds": false, "actual": 4, "label": "confidential {regulatory}"}}
}

test_another_compartment_is_not_applicable if {
	decide(object.union(subject, {"identifiers": 1, "label": {"compartments": ["serialization"]}})).applicable == false
}

test_personal_data_is_not_applicable if {
	decide(object.union(subject, {"identifiers": 1, "label": {"compartments": ["phi", "regulatory"]}})).applicable == false
}
