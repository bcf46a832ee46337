package limen.rules.keys.tenant_named_test

import data.limen.rules.keys.tenant_named

subject := {"tenants": 1, "tenant_bound": true}

decide(given) := answer if {
	answer := {"applicable": tenant_named.applicable, "checks": tenant_named.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"tenant": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"tenant_bound": false}))
	answer.applicable == true
	answer.checks == {"tenant": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tenant_bound"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tenant_bound": false, "uses": ["sign"]}))
	answer.applicable == true
	answer.checks == {"tenant": {"holds": false}}
}

test_a_key_of_several_is_not_applicable if {
	decide(object.union(subject, {"tenants": 2})).applicable == false
}

test_a_key_of_none_is_not_applicable if {
	decide(object.union(subject, {"tenants": 0})).applicable == false
}
