package limen.rules.rest.zone_default_test

import data.limen.rules.rest.zone_default

parameters := {"rest_algorithms": ["AES-256-GCM", "AES-256-XTS"]}

subject := {"standing": {"protects_rest": true, "at_rest": "AES-256-GCM"}}

decide(given) := answer if {
	answer := {"applicable": zone_default.applicable, "checks": zone_default.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": true, "actual": "AES-256-GCM", "required": ["AES-256-GCM", "AES-256-XTS"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"standing": {"at_rest": "none"}}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": false, "actual": "none", "required": ["AES-256-GCM", "AES-256-XTS"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing/at_rest"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"standing": {"at_rest": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": false, "actual": "undeclared", "required": ["AES-256-GCM", "AES-256-XTS"]}}
}

test_no_default_is_not_applicable if {
	decide(object.union(subject, {"standing": {"protects_rest": false}})).applicable == false
}
