package limen.rules.tenancy.jurisdictions_test

import data.limen.rules.tenancy.jurisdictions

subject := {"components": 1, "jurisdictions": 2, "misnamed_jurisdictions": 0, "state_missing": false}

decide(given) := answer if {
	answer := {"applicable": jurisdictions.applicable, "checks": jurisdictions.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"named": {"holds": true},
		"known": {"holds": true, "actual": 0, "named": 2},
		"state": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"misnamed_jurisdictions": 1}))
	answer.applicable == true
	answer.checks == {
		"named": {"holds": true},
		"known": {"holds": false, "actual": 1, "named": 2},
		"state": {"holds": true},
	}
}

test_no_jurisdiction_is_violating if {
	answer := decide(object.union(subject, {"jurisdictions": 0}))
	answer.applicable == true
	answer.checks == {
		"named": {"holds": false},
		"known": {"holds": true, "actual": 0, "named": 0},
		"state": {"holds": true},
	}
}

test_one_is_enough if {
	answer := decide(object.union(subject, {"jurisdictions": 1}))
	answer.applicable == true
	answer.checks.named == {"holds": true}
}

test_no_state_is_violating if {
	answer := decide(object.union(subject, {"state_missing": true}))
	answer.applicable == true
	answer.checks == {
		"named": {"holds": true},
		"known": {"holds": true, "actual": 0, "named": 2},
		"state": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["state_missing"]))
	answer.applicable == true
	answer.checks == {"named": {"holds": true}, "known": {"holds": true, "actual": 0, "named": 2}}
}

test_still_applies if {
	answer := decide({
		"components": 3,
		"jurisdictions": 0,
		"misnamed_jurisdictions": 0,
		"state_missing": true,
	})
	answer.applicable == true
	answer.checks == {
		"named": {"holds": false},
		"known": {"holds": true, "actual": 0, "named": 0},
		"state": {"holds": false},
	}
}

test_a_tenant_of_nothing_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
