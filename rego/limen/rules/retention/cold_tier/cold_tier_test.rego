package limen.rules.retention.cold_tier_test

import data.limen.rules.retention.cold_tier

subject := {"tiers": 3, "cold_unencrypted": 0, "cold_unproven": false}

decide(given) := answer if {
	answer := {"applicable": cold_tier.applicable, "checks": cold_tier.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"encrypted": {"holds": true, "actual": 0}, "proven": {"holds": true, "tiers": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"cold_unencrypted": 1}))
	answer.applicable == true
	answer.checks == {"encrypted": {"holds": false, "actual": 1}, "proven": {"holds": true, "tiers": 3}}
}

test_unproven_is_violating if {
	answer := decide(object.union(subject, {"cold_unproven": true}))
	answer.applicable == true
	answer.checks == {"encrypted": {"holds": true, "actual": 0}, "proven": {"holds": false, "tiers": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["cold_unencrypted", "cold_unproven"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tiers": 2, "cold_unencrypted": 2, "cold_unproven": true}))
	answer.applicable == true
	answer.checks == {"encrypted": {"holds": false, "actual": 2}, "proven": {"holds": false, "tiers": 2}}
}

test_one_tier_is_not_applicable if decide(object.union(subject, {"tiers": 1})).applicable == false
