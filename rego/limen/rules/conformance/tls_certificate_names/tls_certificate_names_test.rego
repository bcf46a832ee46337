package limen.rules.conformance.tls_certificate_names_test

import data.limen.rules.conformance.tls_certificate_names

subject := {"channel": "tls", "certificate": {"names_match": true}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_names.applicable, "checks": tls_certificate_names.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"match": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"names_match": false}}))
	answer.applicable == true
	answer.checks == {"match": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["certificate/names_match"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"channel": "tls", "certificate": {"names_match": false, "count": 2}})
	answer.applicable == true
	answer.checks == {"match": {"holds": false}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
