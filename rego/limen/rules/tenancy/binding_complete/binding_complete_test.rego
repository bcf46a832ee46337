package limen.rules.tenancy.binding_complete_test

import data.limen.rules.tenancy.binding_complete

subject := {"binding": {"declared": true, "unbound": []}}

decide(given) := answer if {
	answer := {"applicable": binding_complete.applicable, "checks": binding_complete.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"complete": {"holds": true, "missing": []}}
}

test_violating if {
	answer := decide(object.union(subject, {"binding": {"unbound": ["npi"]}}))
	answer.applicable == true
	answer.checks == {"complete": {"holds": false, "missing": ["npi"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["binding/unbound"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"binding": {"unbound": ["facility", "npi"]}, "components": 0}))
	answer.applicable == true
	answer.checks == {"complete": {"holds": false, "missing": ["facility", "npi"]}}
}

test_without_a_binding_it_is_not_applicable if {
	decide(object.union(subject, {"binding": {"declared": false}})).applicable == false
}
