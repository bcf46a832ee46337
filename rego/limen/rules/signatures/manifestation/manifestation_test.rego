package limen.rules.signatures.manifestation_test

import data.limen.rules.signatures.manifestation

parameters := {"signed_compartments": ["regulatory"], "manifestation_fields": ["meaning", "printed_name", "signed_at"]}

subject := {
	"signature": true,
	"label": {"compartments": ["regulatory"]},
	"manifestation": ["content_digest", "meaning", "printed_name", "signed_at"],
}

decide(given) := answer if {
	answer := {"applicable": manifestation.applicable, "checks": manifestation.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"shown": {"holds": true, "actual": [], "required": ["meaning", "printed_name", "signed_at"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"manifestation": ["printed_name", "signed_at"]}))
	answer.applicable == true
	answer.checks == {
		"shown": {"holds": false, "actual": ["meaning"], "required": ["meaning", "printed_name", "signed_at"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["manifestation"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"manifestation": []}))
	answer.applicable == true
	answer.checks == {
		"shown": {
			"holds": false,
			"actual": ["meaning", "printed_name", "signed_at"],
			"required": ["meaning", "printed_name", "signed_at"],
		},
	}
}

test_unsigned_is_not_applicable if {
	decide(object.union(subject, {"signature": false, "manifestation": []})).applicable == false
}

test_another_compartment_is_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": ["serialization"]}, "manifestation": []})).applicable == false
}
