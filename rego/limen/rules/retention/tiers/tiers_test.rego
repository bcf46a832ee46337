package limen.rules.retention.tiers_test

import data.limen.rules.retention.tiers

subject := {"tiers": 3, "tier_gaps": 0}

decide(given) := answer if {
	answer := {"applicable": tiers.applicable, "checks": tiers.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "order": {"holds": true, "actual": 0, "tiers": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"tier_gaps": 1}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "order": {"holds": false, "actual": 1, "tiers": 3}}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"tiers": 0}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false}, "order": {"holds": true, "actual": 0, "tiers": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tiers", "tier_gaps"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tiers": 2, "tier_gaps": 1}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "order": {"holds": false, "actual": 1, "tiers": 2}}
}

test_one_tier_is_declared if {
	decide(object.union(subject, {"tiers": 1})).checks.declared == {"holds": true}
}
