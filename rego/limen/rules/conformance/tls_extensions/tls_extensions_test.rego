package limen.rules.conformance.tls_extensions_test

import data.limen.rules.conformance.tls_extensions

subject := {
	"legacy": true,
	"extensions": {"secure_renegotiation": true, "extended_master_secret": true, "compression": false},
}

decide(given) := answer if {
	answer := {"applicable": tls_extensions.applicable, "checks": tls_extensions.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"renegotiation": {"holds": true}, "master_secret": {"holds": true}, "compression": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"extensions": {"compression": true}}))
	answer.applicable == true
	answer.checks == {"renegotiation": {"holds": true}, "master_secret": {"holds": true}, "compression": {"holds": false}}
}

test_unbound_is_violating if {
	answer := decide(object.union(subject, {
		"extensions": {"secure_renegotiation": false, "extended_master_secret": false},
	}))
	answer.applicable == true
	answer.checks == {"renegotiation": {"holds": false}, "master_secret": {"holds": false}, "compression": {"holds": true}}
}

test_missing_field if {
	answer := decide({"legacy": true, "extensions": {}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"legacy": true, "extensions": {"secure_renegotiation": false}})
	answer.applicable == true
	answer.checks == {"renegotiation": {"holds": false}}
}

test_tls_1_3_alone_is_not_applicable if decide(object.union(subject, {"legacy": false})).applicable == false
