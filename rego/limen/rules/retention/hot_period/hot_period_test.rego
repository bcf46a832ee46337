package limen.rules.retention.hot_period_test

import data.limen.rules.retention.hot_period

parameters := {"hot_minimum": 100, "tiers_minimum": 3}

subject := {"tiers": 3, "hot": 100}

decide(given) := answer if {
	answer := {"applicable": hot_period.applicable, "checks": hot_period.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"hot": {"holds": true, "actual": 100, "tiers": 3, "required": 100, "least": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"hot": 99}))
	answer.applicable == true
	answer.checks == {"hot": {"holds": false, "actual": 99, "tiers": 3, "required": 100, "least": 3}}
}

test_too_few_tiers_is_violating if {
	answer := decide(object.union(subject, {"tiers": 2}))
	answer.applicable == true
	answer.checks == {"hot": {"holds": false, "actual": 100, "tiers": 2, "required": 100, "least": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["hot"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tiers": 1, "hot": 1}))
	answer.applicable == true
	answer.checks == {"hot": {"holds": false, "actual": 1, "tiers": 1, "required": 100, "least": 3}}
}

test_without_tiers_it_is_not_applicable if {
	decide(object.union(subject, {"tiers": 0})).applicable == false
}
