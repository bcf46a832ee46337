package limen.rules.identity.anonymous_zone_test

import data.limen.rules.identity.anonymous_zone

parameters := {"anonymous_trust": 1}

subject := {"anonymous": true, "rate_limited": true, "trust": 0}

decide(given) := answer if {
	answer := {"applicable": anonymous_zone.applicable, "checks": anonymous_zone.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"rate": {"holds": true, "trust": 0},
		"trust": {"holds": true, "actual": 0, "required": 1},
	}
}

test_the_threshold_conforms if {
	answer := decide(object.union(subject, {"trust": 1}))
	answer.checks == {
		"rate": {"holds": true, "trust": 1},
		"trust": {"holds": true, "actual": 1, "required": 1},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"rate_limited": false}))
	answer.applicable == true
	answer.checks == {
		"rate": {"holds": false, "trust": 0},
		"trust": {"holds": true, "actual": 0, "required": 1},
	}
}

test_a_trusted_zone_is_violating if {
	answer := decide(object.union(subject, {"trust": 2}))
	answer.applicable == true
	answer.checks == {
		"rate": {"holds": true, "trust": 2},
		"trust": {"holds": false, "actual": 2, "required": 1},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rate_limited", "trust"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"rate_limited": false, "trust": 2}))
	answer.applicable == true
	answer.checks == {
		"rate": {"holds": false, "trust": 2},
		"trust": {"holds": false, "actual": 2, "required": 1},
	}
}

test_named_callers_are_not_applicable if decide(object.union(subject, {"anonymous": false})).applicable == false
