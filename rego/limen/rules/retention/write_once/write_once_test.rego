package limen.rules.retention.write_once_test

import data.limen.rules.retention.write_once

subject := {"tiers": 3, "later_tiers_without_worm": 0}

decide(given) := answer if {
	answer := {"applicable": write_once.applicable, "checks": write_once.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"worm": {"holds": true, "actual": 0, "tiers": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"later_tiers_without_worm": 1}))
	answer.applicable == true
	answer.checks == {"worm": {"holds": false, "actual": 1, "tiers": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["later_tiers_without_worm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tiers": 2, "later_tiers_without_worm": 1}))
	answer.applicable == true
	answer.checks == {"worm": {"holds": false, "actual": 1, "tiers": 2}}
}

test_one_tier_is_not_applicable if decide(object.union(subject, {"tiers": 1})).applicable == false
