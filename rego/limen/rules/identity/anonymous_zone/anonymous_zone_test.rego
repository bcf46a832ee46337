package limen.rules.identity.anonymous_zone_test

import data.limen.rules.identity.anonymous_zone

subject := {"anonymous": true, "rate_limited": true, "trust": 0}

decide(given) := answer if {
	answer := {"applicable": anonymous_zone.applicable, "checks": anonymous_zone.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"rate": {"holds": true, "trust": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"rate_limited": false}))
	answer.applicable == true
	answer.checks == {"rate": {"holds": false, "trust": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rate_limited"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"rate_limited": false, "trust": 2}))
	answer.applicable == true
	answer.checks == {"rate": {"holds": false, "trust": 2}}
}

test_named_callers_are_not_applicable if decide(object.union(subject, {"anonymous": false})).applicable == false
