package limen.rules.identity.password_between_workloads_test

import data.limen.rules.identity.password_between_workloads

subject := {"authn": {"method": "spiffe"}}

decide(given) := answer if {
	answer := {"applicable": password_between_workloads.applicable, "checks": password_between_workloads.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"method": {"holds": true, "actual": "spiffe"}}
}

test_violating if {
	answer := decide(object.union(subject, {"authn": {"method": "password"}}))
	answer.applicable == true
	answer.checks == {"method": {"holds": false, "actual": "password"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authn/method"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authn": {"method": "password", "credential_lifetime": 60}}))
	answer.applicable == true
	answer.checks == {"method": {"holds": false, "actual": "password"}}
}

test_the_password_alone_is_violating if {
	conforming := {method |
		some method in ["mtls", "oidc", "spiffe", "signed-request", "password", "none", "undeclared"]
		decide(object.union(subject, {"authn": {"method": method}})).checks.method.holds
	}
	conforming == {"mtls", "oidc", "spiffe", "signed-request", "none", "undeclared"}
}
