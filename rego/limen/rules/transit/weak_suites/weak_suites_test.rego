package limen.rules.transit.weak_suites_test

import data.limen.rules.transit.weak_suites

parameters := {
	"suites_allowed": ["TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
	"groups_allowed": ["X25519MLKEM768", "X25519"],
}

subject := {
	"moves": 1,
	"in_transit": {
		"channel": "tls",
		"tls": {
			"min": 12,
			"suites": ["TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
			"key_exchange": [],
		},
	},
}

decide(given) := answer if {
	answer := {"applicable": weak_suites.applicable, "checks": weak_suites.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true, "actual": 2},
		"suite": {
			0: {"holds": true, "actual": "TLS_AES_256_GCM_SHA384"},
			1: {"holds": true, "actual": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
		},
		"group": {},
	}
}

test_violating if {
	answer := decide(object.union(subject, {
		"in_transit": {
			"tls": {"suites": ["TLS_AES_256_GCM_SHA384", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"]},
		},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true, "actual": 2},
		"suite": {
			0: {"holds": true, "actual": "TLS_AES_256_GCM_SHA384"},
			1: {"holds": false, "actual": "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
		},
		"group": {},
	}
}

test_undeclared_below_1_3_is_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"suites": []}}}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 0}, "suite": {}, "group": {}}
}

test_one_suite_below_1_3_conforms if {
	answer := decide(object.union(subject, {
		"in_transit": {"tls": {"suites": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}},
		"group": {},
	}
}

test_undeclared_at_1_3_conforms if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"min": 13, "suites": []}}}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": 0}, "suite": {}, "group": {}}
}

test_weak_suite_at_1_3_is_violating if {
	answer := decide(object.union(subject, {
		"in_transit": {"tls": {"min": 13, "suites": ["TLS_RSA_WITH_RC4_128_SHA"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true, "actual": 1},
		"suite": {0: {"holds": false, "actual": "TLS_RSA_WITH_RC4_128_SHA"}},
		"group": {},
	}
}

test_weak_group_is_violating if {
	answer := decide(object.union(subject, {
		"in_transit": {"tls": {"min": 13, "suites": [], "key_exchange": ["X25519", "secp160r1"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true, "actual": 0},
		"suite": {},
		"group": {
			0: {"holds": true, "actual": "X25519"},
			1: {"holds": false, "actual": "secp160r1"},
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/tls/min", "in_transit/tls/suites"]))
	answer.applicable == true
	answer.checks == {"suite": {}, "group": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"min": 10, "suites": []}}}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 0}, "suite": {}, "group": {}}
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}

test_without_tls_is_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "local", "none", "undeclared"]
		decide(object.union(subject, {"in_transit": {"channel": channel}})).applicable
	}
	judged == {"tls"}
}
