package limen.rules.conformance.tls_ssh_algorithms_test

import data.limen.rules.conformance.tls_ssh_algorithms

parameters := {"ssh_algorithms_allowed": ["k", "h", "c", "m"]}

subject := {
	"channel": "ssh",
	"ssh": {
		"version": "2.0", "key_exchange": ["k"], "host_key_algorithms": ["h"], "ciphers": ["c"], "macs": ["m"],
	},
}

decide(given) := answer if {
	answer := {"applicable": tls_ssh_algorithms.applicable, "checks": tls_ssh_algorithms.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"version": {"holds": true, "actual": "2.0"},
		"exchange": {0: {"holds": true, "actual": "k"}},
		"host_key": {0: {"holds": true, "actual": "h"}},
		"cipher": {0: {"holds": true, "actual": "c"}},
		"mac": {0: {"holds": true, "actual": "m"}},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"ssh": {"ciphers": ["3des-cbc"], "macs": ["m", "hmac-md5"]}}))
	answer.applicable == true
	answer.checks == {
		"version": {"holds": true, "actual": "2.0"},
		"exchange": {0: {"holds": true, "actual": "k"}},
		"host_key": {0: {"holds": true, "actual": "h"}},
		"cipher": {0: {"holds": false, "actual": "3des-cbc"}},
		"mac": {0: {"holds": true, "actual": "m"}, 1: {"holds": false, "actual": "hmac-md5"}},
	}
}

test_weak_exchange_and_signature_are_violating if {
	answer := decide(object.union(subject, {"ssh": {"key_exchange": ["x"], "host_key_algorithms": ["ssh-dss"]}}))
	answer.applicable == true
	answer.checks == {
		"version": {"holds": true, "actual": "2.0"},
		"exchange": {0: {"holds": false, "actual": "x"}},
		"host_key": {0: {"holds": false, "actual": "ssh-dss"}},
		"cipher": {0: {"holds": true, "actual": "c"}},
		"mac": {0: {"holds": true, "actual": "m"}},
	}
}

test_missing_field if {
	answer := decide(object.union(subject, {
		"ssh": {"key_exchange": [], "host_key_algorithms": [], "ciphers": [], "macs": []},
	}))
	answer.applicable == true
	answer.checks == {"version": {"holds": true, "actual": "2.0"}, "exchange": {}, "host_key": {}, "cipher": {}, "mac": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ssh": {"version": "1.99"}}))
	answer.applicable == true
	answer.checks == {
		"version": {"holds": false, "actual": "1.99"},
		"exchange": {0: {"holds": true, "actual": "k"}},
		"host_key": {0: {"holds": true, "actual": "h"}},
		"cipher": {0: {"holds": true, "actual": "c"}},
		"mac": {0: {"holds": true, "actual": "m"}},
	}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"ssh"}
}
