package limen.rules.keys.observed_grantees_test

import data.limen.rules.keys.observed_grantees

subject := {"uses": ["encrypt"], "grantees": 1, "grantees_observable": true, "observed_grantees_beyond": 0}

decide(given) := answer if {
	answer := {"applicable": observed_grantees.applicable, "checks": observed_grantees.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"grantees": {"holds": true, "actual": 0, "declared": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"observed_grantees_beyond": 2}))
	answer.applicable == true
	answer.checks == {"grantees": {"holds": false, "actual": 2, "declared": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["observed_grantees_beyond"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"grantees": 0, "observed_grantees_beyond": 1}))
	answer.applicable == true
	answer.checks == {"grantees": {"holds": false, "actual": 1, "declared": 0}}
}

test_a_custodian_that_tells_nobody_is_not_applicable if {
	decide(object.union(subject, {"grantees_observable": false})).applicable == false
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
