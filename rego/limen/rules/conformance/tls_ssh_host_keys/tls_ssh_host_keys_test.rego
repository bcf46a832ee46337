package limen.rules.conformance.tls_ssh_host_keys_test

import data.limen.rules.conformance.tls_ssh_host_keys

parameters := {"security_strength": 112}

subject := {"channel": "ssh", "ssh": {"host_keys": {"expected": true, "proved": true, "strength": 112}}}

decide(given) := answer if {
	answer := {"applicable": tls_ssh_host_keys.applicable, "checks": tls_ssh_host_keys.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"expected": {"holds": true},
		"proved": {"holds": true},
		"strength": {"holds": true, "actual": 112, "required": 112},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"ssh": {"host_keys": {"expected": false}}}))
	answer.applicable == true
	answer.checks == {
		"expected": {"holds": false},
		"proved": {"holds": true},
		"strength": {"holds": true, "actual": 112, "required": 112},
	}
}

test_weak_and_unproved_are_violating if {
	answer := decide(object.union(subject, {"ssh": {"host_keys": {"proved": false, "strength": 80}}}))
	answer.applicable == true
	answer.checks == {
		"expected": {"holds": true},
		"proved": {"holds": false},
		"strength": {"holds": false, "actual": 80, "required": 112},
	}
}

test_missing_field if {
	answer := decide({"channel": "ssh", "ssh": {"host_keys": {}}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"channel": "ssh", "ssh": {"host_keys": {"strength": 0}}})
	answer.applicable == true
	answer.checks == {"strength": {"holds": false, "actual": 0, "required": 112}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"ssh"}
}
