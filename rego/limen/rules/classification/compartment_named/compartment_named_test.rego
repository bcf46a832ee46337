package limen.rules.classification.compartment_named_test

import data.limen.rules.classification.compartment_named

parameters := {"compartment_level": 2}

subject := {"label": {"level": 2, "text": "confidential", "compartments": ["phi"]}}

decide(given) := answer if {
	answer := {"applicable": compartment_named.applicable, "checks": compartment_named.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"compartment": {"holds": true, "actual": "confidential"}}
}

test_violating if {
	answer := decide(object.union(subject, {"label": {"compartments": []}}))
	answer.applicable == true
	answer.checks == {"compartment": {"holds": false, "actual": "confidential"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["label/compartments"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"label": {"level": 3, "text": "restricted", "compartments": []}}))
	answer.applicable == true
	answer.checks == {"compartment": {"holds": false, "actual": "restricted"}}
}

test_below_it_is_not_applicable if {
	decide(object.union(subject, {"label": {"level": 1}})).applicable == false
}
