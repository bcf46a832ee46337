package limen.rules.transit.mutual_tls_test

import data.limen.rules.transit.mutual_tls

parameters := {"mutual_trust": 0}

subject := {
	"moves": 1,
	"least_trust": 0,
	"crosses_tenants": false,
	"in_transit": {"channel": "tls", "tls": {"mutual": "required"}},
}

decide(given) := answer if {
	answer := {"applicable": mutual_tls.applicable, "checks": mutual_tls.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"mutual": {"holds": true, "actual": "required", "trust": 0, "required": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"mutual": "off"}}}))
	answer.applicable == true
	answer.checks == {"mutual": {"holds": false, "actual": "off", "trust": 0, "required": 0}}
}

test_optional_is_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"mutual": "optional"}}}))
	answer.applicable == true
	answer.checks == {"mutual": {"holds": false, "actual": "optional", "trust": 0, "required": 0}}
}

test_between_tenants_is_violating if {
	answer := decide(object.union(subject, {
		"least_trust": 2,
		"crosses_tenants": true,
		"in_transit": {"tls": {"mutual": "off"}},
	}))
	answer.applicable == true
	answer.checks == {"mutual": {"holds": false, "actual": "off", "trust": 2, "required": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/tls/mutual"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"mutual": "undeclared"}}}))
	answer.applicable == true
	answer.checks == {"mutual": {"holds": false, "actual": "undeclared", "trust": 0, "required": 0}}
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
