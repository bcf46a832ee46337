package limen.rules.conformance.tls_suites_test

import data.limen.rules.conformance.tls_suites

parameters := {"suites_allowed": ["TLS_AES_256_GCM_SHA384"]}

subject := {"channel": "tls", "suites": {"names": ["TLS_AES_256_GCM_SHA384"], "whole": true}}

decide(given) := answer if {
	answer := {"applicable": tls_suites.applicable, "checks": tls_suites.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"suite": {0: {"holds": true, "actual": "TLS_AES_256_GCM_SHA384"}}, "whole": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"suites": {"names": ["TLS_AES_256_GCM_SHA384", "TLS_RSA_WITH_RC4_128_SHA"]}}))
	answer.applicable == true
	answer.checks == {
		"suite": {
			0: {"holds": true, "actual": "TLS_AES_256_GCM_SHA384"},
			1: {"holds": false, "actual": "TLS_RSA_WITH_RC4_128_SHA"},
		},
		"whole": {"holds": true},
	}
}

test_missing_field if {
	answer := decide({"channel": "tls", "suites": {"names": []}})
	answer.applicable == true
	answer.checks == {"suite": {}}
}

test_not_whole_is_violating if {
	answer := decide({"channel": "tls", "suites": {"names": [], "whole": false}})
	answer.applicable == true
	answer.checks == {"suite": {}, "whole": {"holds": false}}
}

test_still_applies if {
	answer := decide({"channel": "tls", "suites": {"names": ["TLS_NULL_WITH_NULL_NULL"]}})
	answer.applicable == true
	answer.checks == {"suite": {0: {"holds": false, "actual": "TLS_NULL_WITH_NULL_NULL"}}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
