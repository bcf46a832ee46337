package limen.rules.access.outside_rate_limited_test

import data.limen.rules.access.outside_rate_limited

subject := {"trust": 0, "rate_limited": true}

decide(given) := answer if {
	answer := {"applicable": outside_rate_limited.applicable, "checks": outside_rate_limited.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"limited": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"rate_limited": false}))
	answer.applicable == true
	answer.checks == {"limited": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rate_limited"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"rate_limited": false, "anonymous": false}))
	answer.applicable == true
	answer.checks == {"limited": {"holds": false}}
}

test_a_trusted_zone_is_not_applicable if {
	decide(object.union(subject, {"trust": 1})).applicable == false
}
