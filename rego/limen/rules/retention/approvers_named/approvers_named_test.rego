package limen.rules.retention.approvers_named_test

import data.limen.rules.retention.approvers_named

subject := {"deletion_declared": true, "open_approvers": 0}

decide(given) := answer if {
	answer := {"applicable": approvers_named.applicable, "checks": approvers_named.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"open_approvers": 1}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["open_approvers"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"open_approvers": 2}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 2}}
}

test_without_deletion_it_is_not_applicable if {
	decide(object.union(subject, {"deletion_declared": false})).applicable == false
}
