package limen.rules.tenancy.binding_unique_test

import data.limen.rules.tenancy.binding_unique

subject := {"components": 1, "same_binding_values": 0}

decide(given) := answer if {
	answer := {"applicable": binding_unique.applicable, "checks": binding_unique.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"collision": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"same_binding_values": 1}))
	answer.applicable == true
	answer.checks == {"collision": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["same_binding_values"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"components": 3, "same_binding_values": 4}))
	answer.applicable == true
	answer.checks == {"collision": {"holds": false, "actual": 4}}
}

test_a_tenant_without_components_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
