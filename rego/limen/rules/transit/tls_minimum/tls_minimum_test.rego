package limen.rules.transit.tls_minimum_test

import data.limen.rules.transit.tls_minimum

parameters := {"tls_minimum": 12}

subject := {
	"moves": 1,
	"in_transit": {
		"channel": "tls",
		"tls": {"min": 13, "mutual": "required", "suites": [], "key_exchange": [], "pins": 0},
	},
}

decide(given) := answer if {
	answer := {"applicable": tls_minimum.applicable, "checks": tls_minimum.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"minimum": {"holds": true, "actual": 13, "required": 12}}
}

test_the_minimum_itself_conforms if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"min": 12}}}))
	answer.applicable == true
	answer.checks == {"minimum": {"holds": true, "actual": 12, "required": 12}}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"min": 11}}}))
	answer.applicable == true
	answer.checks == {"minimum": {"holds": false, "actual": 11, "required": 12}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/tls/min"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"min": 9, "mutual": "undeclared"}}}))
	answer.applicable == true
	answer.checks == {"minimum": {"holds": false, "actual": 9, "required": 12}}
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
