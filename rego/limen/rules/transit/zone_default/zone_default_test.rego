package limen.rules.transit.zone_default_test

import data.limen.rules.transit.zone_default

parameters := {"tls_minimum": 13, "suites_allowed": ["S1", "S2"], "post_quantum_groups": ["G1", "G2"]}

subject := {"standing": {"tls": {"min": 13, "mutual": "required", "suites": ["S1"], "key_exchange": ["G1"]}}}

decide(given) := answer if {
	answer := {"applicable": zone_default.applicable, "checks": zone_default.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"group": {0: {"holds": true, "actual": "G1"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_violating_version if {
	answer := decide(object.union(subject, {"standing": {"tls": {"min": 12}}}))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"group": {0: {"holds": true, "actual": "G1"}},
		"version": {"holds": false, "actual": 12, "required": 13},
	}
}

test_violating_mutual if {
	answer := decide(object.union(subject, {"standing": {"tls": {"mutual": "optional"}}}))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": false, "actual": "optional"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"group": {0: {"holds": true, "actual": "G1"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_violating_suites if {
	answer := decide(object.union(subject, {"standing": {"tls": {"suites": []}}}))
	answer.applicable == true
	answer.checks == {
		"suite": {},
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": false, "actual": 0},
		"groups": {"holds": true, "actual": 1},
		"group": {0: {"holds": true, "actual": "G1"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_violating_groups if {
	answer := decide(object.union(subject, {"standing": {"tls": {"key_exchange": []}}}))
	answer.applicable == true
	answer.checks == {
		"group": {},
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": false, "actual": 0},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_violating_suite if {
	answer := decide(object.union(subject, {"standing": {"tls": {"suites": ["S1", "S3"]}}}))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 2},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "S1"}, 1: {"holds": false, "actual": "S3"}},
		"group": {0: {"holds": true, "actual": "G1"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_violating_group if {
	answer := decide(object.union(subject, {"standing": {"tls": {"key_exchange": ["G2", "G3"]}}}))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 2},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"group": {0: {"holds": true, "actual": "G2"}, 1: {"holds": false, "actual": "G3"}},
		"version": {"holds": true, "actual": 13, "required": 13},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"standing": {"tls": {"min": 9, "mutual": "off", "suites": ["S3"], "key_exchange": ["G3"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": false, "actual": "off"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": false, "actual": "S3"}},
		"group": {0: {"holds": false, "actual": "G3"}},
		"version": {"holds": false, "actual": 9, "required": 13},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing/tls/min"]))
	answer.applicable == true
	answer.checks == {
		"mutual": {"holds": true, "actual": "required"},
		"suites": {"holds": true, "actual": 1},
		"groups": {"holds": true, "actual": 1},
		"suite": {0: {"holds": true, "actual": "S1"}},
		"group": {0: {"holds": true, "actual": "G1"}},
	}
}

test_required_alone_is_mutual if {
	mutual := {choice |
		some choice in ["required", "optional", "off", "undeclared"]
		decide(object.union(subject, {"standing": {"tls": {"mutual": choice}}})).checks.mutual.holds
	}
	mutual == {"required"}
}
