package limen.rules.operations.verification_coverage_test

import data.limen.rules.operations.verification_coverage

parameters := {"verification_of": ["ledgers", "retention", "tenancy"]}

subject := {"verification": {"of": ["ledgers", "retention", "tenancy"]}}

decide(given) := answer if {
	answer := {"applicable": verification_coverage.applicable, "checks": verification_coverage.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"covered": {"holds": true, "actual": [], "required": ["ledgers", "retention", "tenancy"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"verification": {"of": ["ledgers"]}}))
	answer.applicable == true
	answer.checks == {
		"covered": {"holds": false, "actual": ["retention", "tenancy"], "required": ["ledgers", "retention", "tenancy"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["verification/of"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"verification": {"of": []}}))
	answer.applicable == true
	answer.checks == {
		"covered": {
			"holds": false,
			"actual": ["ledgers", "retention", "tenancy"],
			"required": ["ledgers", "retention", "tenancy"],
		},
	}
}
