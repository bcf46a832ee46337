package limen.rules.conformance.tls_certificate_valid_test

import data.limen.rules.conformance.tls_certificate_valid

subject := {"channel": "tls", "now": 1000, "certificate": {"valid_from_at": 900, "expires_at": 1100}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_valid.applicable, "checks": tls_certificate_valid.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"begun": {"holds": true}, "ended": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"expires_at": 999}}))
	answer.applicable == true
	answer.checks == {"begun": {"holds": true}, "ended": {"holds": false}}
}

test_not_begun_is_violating if {
	answer := decide(object.union(subject, {"certificate": {"valid_from_at": 1001}}))
	answer.applicable == true
	answer.checks == {"begun": {"holds": false}, "ended": {"holds": true}}
}

test_the_first_moment_conforms_and_the_last_does_not if {
	answer := decide(object.union(subject, {"certificate": {"valid_from_at": 1000, "expires_at": 1000}}))
	answer.applicable == true
	answer.checks == {"begun": {"holds": true}, "ended": {"holds": false}}
}

test_missing_field if {
	answer := decide({"channel": "tls", "now": 1000, "certificate": {}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"channel": "tls", "now": 1000, "certificate": {"expires_at": 1}})
	answer.applicable == true
	answer.checks == {"ended": {"holds": false}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
