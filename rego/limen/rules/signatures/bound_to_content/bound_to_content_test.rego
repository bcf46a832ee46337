package limen.rules.signatures.bound_to_content_test

import data.limen.rules.signatures.bound_to_content

parameters := {"signed_compartments": ["regulatory"]}

subject := {
	"signature": true,
	"label": {"compartments": ["regulatory"]},
	"manifestation": ["content_digest", "meaning"],
}

decide(given) := answer if {
	answer := {"applicable": bound_to_content.applicable, "checks": bound_to_content.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"digest": {"holds": true, "actual": ["content_digest", "meaning"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"manifestation": ["meaning"]}))
	answer.applicable == true
	answer.checks == {"digest": {"holds": false, "actual": ["meaning"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["manifestation"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"manifestation": []}))
	answer.applicable == true
	answer.checks == {"digest": {"holds": false, "actual": []}}
}

test_unsigned_is_not_applicable if decide(object.union(subject, {"signature": false})).applicable == false

test_another_compartment_is_not_applicable if {
	decide(object.union(subject, {"label": {"compartments": ["phi"]}})).applicable == false
}
