package limen.rules.tenancy.predicate_test

import data.limen.rules.tenancy.predicate

parameters := {"predicates_allowed": ["database", "proxy"]}

subject := {"tenants_stored": 2, "isolation": {"tenant_predicate": "proxy"}}

decide(given) := answer if {
	answer := {"applicable": predicate.applicable, "checks": predicate.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"predicate": {
			"holds": true,
			"actual": "proxy",
			"tenants": 2,
			"required": ["database", "proxy"],
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"isolation": {"tenant_predicate": "application"}}))
	answer.applicable == true
	answer.checks == {
		"predicate": {
			"holds": false,
			"actual": "application",
			"tenants": 2,
			"required": ["database", "proxy"],
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["isolation/tenant_predicate"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"isolation": {"tenant_predicate": "undeclared"}}))
	answer.applicable == true
	answer.checks == {
		"predicate": {
			"holds": false,
			"actual": "undeclared",
			"tenants": 2,
			"required": ["database", "proxy"],
		},
	}
}

test_one_tenant_is_not_applicable if {
	decide(object.union(subject, {"tenants_stored": 1})).applicable == false
}
