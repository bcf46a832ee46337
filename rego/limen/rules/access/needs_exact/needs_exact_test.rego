package limen.rules.access.needs_exact_test

import data.limen.rules.access.needs_exact

subject := {"permissions": 1, "idle_needs": 0, "unneeded": 0}

decide(given) := answer if {
	answer := {"applicable": needs_exact.applicable, "checks": needs_exact.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"idle": {"holds": true, "actual": 0}, "unneeded": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"idle_needs": 1}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": false, "actual": 1}, "unneeded": {"holds": true, "actual": 0}}
}

test_what_is_not_needed_is_violating if {
	answer := decide(object.union(subject, {"unneeded": 2}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": true, "actual": 0}, "unneeded": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unneeded"]))
	answer.applicable == true
	answer.checks == {"idle": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"permissions": 3, "idle_needs": 1, "unneeded": 1}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": false, "actual": 1}, "unneeded": {"holds": false, "actual": 1}}
}

test_a_role_that_grants_nothing_and_needs_something_is_violating if {
	answer := decide(object.union(subject, {"permissions": 0, "idle_needs": 1}))
	answer.applicable == true
	answer.checks == {"idle": {"holds": false, "actual": 1}, "unneeded": {"holds": true, "actual": 0}}
}

test_a_role_that_grants_nothing_is_not_applicable if {
	decide(object.union(subject, {"permissions": 0})).applicable == false
}
