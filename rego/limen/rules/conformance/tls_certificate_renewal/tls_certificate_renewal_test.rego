package limen.rules.conformance.tls_certificate_renewal_test

import data.limen.rules.conformance.tls_certificate_renewal

parameters := {"certificate_renewal": 3600}

subject := {"channel": "tls", "now": 1000, "certificate": {"expires_at": 5000}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_renewal.applicable, "checks": tls_certificate_renewal.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"left": {"holds": true, "actual": 4000, "required": 3600}}
}

test_the_last_moment_conforms if {
	answer := decide(object.union(subject, {"certificate": {"expires_at": 4600}}))
	answer.applicable == true
	answer.checks == {"left": {"holds": true, "actual": 3600, "required": 3600}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"expires_at": 4599}}))
	answer.applicable == true
	answer.checks == {"left": {"holds": false, "actual": 3599, "required": 3600}}
}

test_missing_field if {
	answer := decide({"channel": "tls", "now": 1000, "certificate": {}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"certificate": {"expires_at": 1001}}))
	answer.applicable == true
	answer.checks == {"left": {"holds": false, "actual": 1, "required": 3600}}
}

test_what_has_ended_is_judged_elsewhere if {
	answer := decide(object.union(subject, {"certificate": {"expires_at": 1000}}))
	answer.applicable == true
	answer.checks == {"left": {"holds": true, "actual": 0, "required": 3600}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
