package limen.rules.keys.one_tenant_test

import data.limen.rules.keys.one_tenant

subject := {"uses": ["encrypt"], "tenants": 1}

decide(given) := answer if {
	answer := {"applicable": one_tenant.applicable, "checks": one_tenant.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"tenants": {"holds": true, "actual": 1}}
}

test_a_key_of_the_platform_conforms if {
	answer := decide(object.union(subject, {"tenants": 0}))
	answer.applicable == true
	answer.checks == {"tenants": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"tenants": 2}))
	answer.applicable == true
	answer.checks == {"tenants": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tenants"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["encrypt", "sign"], "tenants": 5}))
	answer.applicable == true
	answer.checks == {"tenants": {"holds": false, "actual": 5}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
