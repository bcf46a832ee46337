package limen.rules.conformance.tls_certificate_signature_test

import data.limen.rules.conformance.tls_certificate_signature

parameters := {"signature_hash_bits": 256}

subject := {"channel": "tls", "certificate": {"signature_hash": 256}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_signature.applicable, "checks": tls_certificate_signature.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"hash": {"holds": true, "actual": 256, "required": 256}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"signature_hash": 224}}))
	answer.applicable == true
	answer.checks == {"hash": {"holds": false, "actual": 224, "required": 256}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["certificate/signature_hash"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"certificate": {"signature_hash": 0}}))
	answer.applicable == true
	answer.checks == {"hash": {"holds": false, "actual": 0, "required": 256}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
