package limen.rules.access.principal_roles_test

import data.limen.rules.access.principal_roles

subject := {"roles": 2, "human_roles": 2, "as_component": false, "twins": 0}

decide(given) := answer if {
	answer := {"applicable": principal_roles.applicable, "checks": principal_roles.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"roles": {"holds": true, "actual": 2}, "own": {"holds": true, "actual": 0}}
}

test_a_component_conforms if {
	answer := decide(object.union(subject, {"human_roles": 0, "as_component": true}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": true, "actual": 2}, "own": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"human_roles": 1}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false, "actual": 2}, "own": {"holds": true, "actual": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["as_component"]))
	answer.applicable == true
	answer.checks == {"own": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"roles": 1, "human_roles": 0}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false, "actual": 1}, "own": {"holds": true, "actual": 0}}
}

test_a_second_account_of_a_component_is_violating if {
	answer := decide(object.union(subject, {"human_roles": 0, "as_component": true, "twins": 1}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": true, "actual": 2}, "own": {"holds": false, "actual": 1}}
}

test_people_share_roles if {
	answer := decide(object.union(subject, {"twins": 4}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": true, "actual": 2}, "own": {"holds": true, "actual": 4}}
}

test_counts_that_contradict_each_other_are_violating if {
	decide(object.union(subject, {"human_roles": 3})).checks.roles == {"holds": false, "actual": 2}
}
