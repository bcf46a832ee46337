package limen.rules.tenancy.id_carried_test

import data.limen.rules.tenancy.id_carried

parameters := {"id_places": ["header", "row", "signature"]}

subject := {"components": 1, "binding": {"carried_in": ["header", "row", "signature"]}}

decide(given) := answer if {
	answer := {"applicable": id_carried.applicable, "checks": id_carried.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"places": {"holds": true, "actual": [], "required": ["header", "row", "signature"]},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"binding": {"carried_in": ["header", "row"]}}))
	answer.applicable == true
	answer.checks == {
		"places": {
			"holds": false,
			"actual": ["signature"],
			"required": ["header", "row", "signature"],
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["binding/carried_in"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"binding": {"carried_in": []}}))
	answer.applicable == true
	answer.checks == {
		"places": {
			"holds": false,
			"actual": ["header", "row", "signature"],
			"required": ["header", "row", "signature"],
		},
	}
}

test_a_tenant_without_components_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
