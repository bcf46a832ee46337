package limen.rules.transit.pinned_test

import data.limen.rules.transit.pinned

parameters := {"pin_trust": 0}

subject := {
	"moves": 1,
	"least_trust": 0,
	"crosses_tenants": false,
	"in_transit": {"channel": "tls", "tls": {"pins": 2}},
}

decide(given) := answer if {
	answer := {"applicable": pinned.applicable, "checks": pinned.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"pins": {"holds": true, "actual": 2, "trust": 0, "required": 0}}
}

test_one_pin_conforms if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"pins": 1}}}))
	answer.applicable == true
	answer.checks == {"pins": {"holds": true, "actual": 1, "trust": 0, "required": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"pins": 0}}}))
	answer.applicable == true
	answer.checks == {"pins": {"holds": false, "actual": 0, "trust": 0, "required": 0}}
}

test_between_tenants_is_violating if {
	answer := decide(object.union(subject, {
		"least_trust": 2,
		"crosses_tenants": true,
		"in_transit": {"tls": {"pins": 0}},
	}))
	answer.applicable == true
	answer.checks == {"pins": {"holds": false, "actual": 0, "trust": 2, "required": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/tls/pins"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"pins": 0, "mutual": "off", "min": 9}}}))
	answer.applicable == true
	answer.checks == {"pins": {"holds": false, "actual": 0, "trust": 0, "required": 0}}
}

test_between_trusted_zones_is_not_applicable if {
	decide(object.union(subject, {"least_trust": 1})).applicable == false
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
