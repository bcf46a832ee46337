package limen.rules.transit.tls_terminated_test

import data.limen.rules.transit.tls_terminated

subject := {
	"moves": 1,
	"via": [
		{"ref": 0, "tls": "passthrough", "reestablishes": false},
		{"ref": 1, "tls": "terminate", "reestablishes": true},
	],
}

decide(given) := answer if {
	answer := {"applicable": tls_terminated.applicable, "checks": tls_terminated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"hop": {
			0: {"holds": true, "actual": "passthrough", "refs": [0]},
			1: {"holds": true, "actual": "terminate", "refs": [1]},
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {
		"via": [
			{"ref": 0, "tls": "passthrough", "reestablishes": false},
			{"ref": 1, "tls": "terminate", "reestablishes": false},
		],
	}))
	answer.applicable == true
	answer.checks == {
		"hop": {
			0: {"holds": true, "actual": "passthrough", "refs": [0]},
			1: {"holds": false, "actual": "terminate", "refs": [1]},
		},
	}
}

test_missing_field if {
	answer := decide(object.union(subject, {"via": [{"ref": 0, "tls": "terminate"}]}))
	answer.applicable == true
	answer.checks == {"hop": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"via": [{"ref": 0, "tls": "terminate", "reestablishes": false}]}))
	answer.applicable == true
	answer.checks == {"hop": {0: {"holds": false, "actual": "terminate", "refs": [0]}}}
}

test_without_hops_is_not_applicable if {
	decide(object.union(subject, {"via": []})).applicable == false
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
