package limen.rules.transit.intra_zone_trusted_test

import data.limen.rules.transit.intra_zone_trusted

subject := {
	"crossing": false,
	"moves": 1,
	"authn": {"method": "spiffe"},
	"in_transit": {"channel": "tls"},
}

decide(given) := answer if {
	answer := {"applicable": intra_zone_trusted.applicable, "checks": intra_zone_trusted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "spiffe"},
		"channel": {"holds": true, "actual": "tls", "required": "tls, ssh or local"},
	}
}

test_mtls_conforms if {
	answer := decide(object.union(subject, {"authn": {"method": "mtls"}, "in_transit": {"channel": "ssh"}}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "mtls"},
		"channel": {"holds": true, "actual": "ssh", "required": "tls, ssh or local"},
	}
}

test_oidc_conforms if {
	answer := decide(object.union(subject, {"authn": {"method": "oidc"}, "in_transit": {"channel": "ssh"}}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "oidc"},
		"channel": {"holds": true, "actual": "ssh", "required": "tls, ssh or local"},
	}
}

test_signed_request_conforms if {
	answer := decide(object.union(subject, {
		"authn": {"method": "signed-request"},
		"in_transit": {"channel": "ssh"},
	}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "signed-request"},
		"channel": {"holds": true, "actual": "ssh", "required": "tls, ssh or local"},
	}
}

test_password_conforms if {
	answer := decide(object.union(subject, {
		"authn": {"method": "password"},
		"in_transit": {"channel": "ssh"},
	}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "password"},
		"channel": {"holds": true, "actual": "ssh", "required": "tls, ssh or local"},
	}
}

test_local_needs_no_authentication if {
	answer := decide(object.union(subject, {"authn": {"method": "none"}, "in_transit": {"channel": "local"}}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "none"},
		"channel": {"holds": true, "actual": "local", "required": "tls, ssh or local"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"authn": {"method": "none"}}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": false, "actual": "none"},
		"channel": {"holds": true, "actual": "tls", "required": "tls, ssh or local"},
	}
}

test_plaintext_is_violating if {
	answer := decide(object.union(subject, {"in_transit": {"channel": "none"}}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": true, "actual": "spiffe"},
		"channel": {"holds": false, "actual": "none", "required": "tls, ssh or local"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authn/method"]))
	answer.applicable == true
	answer.checks == {"channel": {"holds": true, "actual": "tls", "required": "tls, ssh or local"}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"authn": {"method": "undeclared"},
		"in_transit": {"channel": "undeclared"},
	}))
	answer.applicable == true
	answer.checks == {
		"authenticated": {"holds": false, "actual": "undeclared"},
		"channel": {"holds": false, "actual": "undeclared", "required": "tls, ssh or local"},
	}
}

test_a_crossing_is_not_applicable if {
	decide(object.union(subject, {"crossing": true})).applicable == false
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}

test_nothing_but_local_excuses_from_authentication if {
	excused := {channel |
		some channel in ["tls", "ssh", "local", "none", "undeclared"]
		answer := decide(object.union(subject, {"authn": {"method": "none"}, "in_transit": {"channel": channel}}))
		answer.checks.authenticated.holds
	}
	excused == {"local"}
}
