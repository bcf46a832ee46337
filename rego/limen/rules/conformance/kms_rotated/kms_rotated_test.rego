package limen.rules.conformance.kms_rotated_test

import data.limen.rules.conformance.kms_rotated

parameters := {"rotation_maximum": 100000}

subject := {"exists": true, "now": 1000000, "newest_at": 900000, "impossible_dates": 0}

decide(given) := answer if {
	answer := {"applicable": kms_rotated.applicable, "checks": kms_rotated.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "actual": 100000, "required": 100000},
		"credible": {"holds": true, "actual": 0},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"newest_at": 899999}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": false, "actual": 100001, "required": 100000},
		"credible": {"holds": true, "actual": 0},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["newest_at"]))
	answer.applicable == true
	answer.checks == {"credible": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"impossible_dates": 1}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "actual": 100000, "required": 100000},
		"credible": {"holds": false, "actual": 1},
	}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}

test_dates_that_were_not_seen_are_missing if {
	decide(json.remove(subject, ["newest_at", "impossible_dates"])).checks == {}
}
