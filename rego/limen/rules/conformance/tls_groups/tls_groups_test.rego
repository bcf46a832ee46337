package limen.rules.conformance.tls_groups_test

import data.limen.rules.conformance.tls_groups

parameters := {"groups_allowed": ["X25519"], "prime_bits_minimum": 2048}

subject := {"channel": "tls", "prime_bits": 0, "groups": {"names": ["X25519"], "whole": true}}

decide(given) := answer if {
	answer := {"applicable": tls_groups.applicable, "checks": tls_groups.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"group": {0: {"holds": true, "actual": "X25519"}},
		"whole": {"holds": true},
		"prime": {"holds": true, "actual": 0, "required": 2048},
	}
}

test_a_long_prime_conforms if {
	answer := decide(object.union(subject, {"prime_bits": 2048}))
	answer.applicable == true
	answer.checks == {
		"group": {0: {"holds": true, "actual": "X25519"}},
		"whole": {"holds": true},
		"prime": {"holds": true, "actual": 2048, "required": 2048},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"groups": {"names": ["X25519", "secp160r1"]}}))
	answer.applicable == true
	answer.checks == {
		"group": {0: {"holds": true, "actual": "X25519"}, 1: {"holds": false, "actual": "secp160r1"}},
		"whole": {"holds": true},
		"prime": {"holds": true, "actual": 0, "required": 2048},
	}
}

test_missing_field if {
	answer := decide({"channel": "tls", "prime_bits": 0, "groups": {"names": []}})
	answer.applicable == true
	answer.checks == {"group": {}, "prime": {"holds": true, "actual": 0, "required": 2048}}
}

test_not_whole_is_violating if {
	answer := decide({"channel": "tls", "prime_bits": 0, "groups": {"names": [], "whole": false}})
	answer.applicable == true
	answer.checks == {"group": {}, "whole": {"holds": false}, "prime": {"holds": true, "actual": 0, "required": 2048}}
}

test_still_applies if {
	answer := decide({"channel": "tls", "prime_bits": 1024, "groups": {"names": []}})
	answer.applicable == true
	answer.checks == {"group": {}, "prime": {"holds": false, "actual": 1024, "required": 2048}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
