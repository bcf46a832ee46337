package limen.rules.identity.unauthenticated_test

import data.limen.rules.identity.unauthenticated

subject := {"authn": {"method": "mtls"}, "entered": [{"trust": 1}], "greatest_trust": 1}

decide(given) := answer if {
	answer := {"applicable": unauthenticated.applicable, "checks": unauthenticated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"method": {"holds": true, "actual": "mtls", "zones": 1, "trust": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"authn": {"method": "none"}}))
	answer.applicable == true
	answer.checks == {"method": {"holds": false, "actual": "none", "zones": 1, "trust": 1}}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"authn": {"method": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"method": {"holds": false, "actual": "undeclared", "zones": 1, "trust": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authn/method"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authn": {"method": "none"}, "entered": [], "greatest_trust": 0}))
	answer.applicable == true
	answer.checks == {"method": {"holds": false, "actual": "none", "zones": 0, "trust": 0}}
}

test_whatever_proves_an_identity_conforms if {
	conforming := {method |
		some method in ["mtls", "oidc", "spiffe", "signed-request", "password", "none", "undeclared"]
		decide(object.union(subject, {"authn": {"method": method}})).checks.method.holds
	}
	conforming == {"mtls", "oidc", "spiffe", "signed-request", "password"}
}
