package limen.rules.conformance.tls_certificate_key_test

import data.limen.rules.conformance.tls_certificate_key

parameters := {"security_strength": 112}

subject := {"channel": "tls", "certificate": {"key": "RSA-2048", "key_strength": 112}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_key.applicable, "checks": tls_certificate_key.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"strength": {"holds": true, "actual": 112, "key": "RSA-2048", "required": 112}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"key": "RSA-1024", "key_strength": 80}}))
	answer.applicable == true
	answer.checks == {"strength": {"holds": false, "actual": 80, "key": "RSA-1024", "required": 112}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["certificate/key_strength"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"certificate": {"key": "RSA-512", "key_strength": 0}}))
	answer.applicable == true
	answer.checks == {"strength": {"holds": false, "actual": 0, "key": "RSA-512", "required": 112}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
