package limen.rules.access.credential_lifetime_test

import data.limen.rules.access.credential_lifetime

parameters := {"credential_lifetime": 43200}

subject := {"authn": {"method": "mtls", "credential_lifetime": 3600}}

decide(given) := answer if {
	answer := {"applicable": credential_lifetime.applicable, "checks": credential_lifetime.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"lifetime": {"holds": true, "actual": 3600, "required": 43200}}
}

test_equal_conforms if {
	answer := decide(object.union(subject, {"authn": {"credential_lifetime": 43200}}))
	answer.applicable == true
	answer.checks == {"lifetime": {"holds": true, "actual": 43200, "required": 43200}}
}

test_violating if {
	answer := decide(object.union(subject, {"authn": {"credential_lifetime": 43201}}))
	answer.applicable == true
	answer.checks == {"lifetime": {"holds": false, "actual": 43201, "required": 43200}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authn/credential_lifetime"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authn": {"method": "password", "credential_lifetime": 31536000}}))
	answer.applicable == true
	answer.checks == {"lifetime": {"holds": false, "actual": 31536000, "required": 43200}}
}

test_whatever_proves_an_identity_is_judged if {
	judged := {method |
		some method in ["mtls", "oidc", "spiffe", "signed-request", "password", "none", "undeclared"]
		decide(object.union(subject, {"authn": {"method": method}})).applicable
	}
	judged == {"mtls", "oidc", "spiffe", "signed-request", "password"}
}

test_without_credential_is_not_applicable if {
	decide(object.union(subject, {"authn": {"method": "none"}})).applicable == false
	decide(object.union(subject, {"authn": {"method": "undeclared"}})).applicable == false
}
