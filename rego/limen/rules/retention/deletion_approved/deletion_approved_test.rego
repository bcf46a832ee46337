package limen.rules.retention.deletion_approved_test

import data.limen.rules.retention.deletion_approved

parameters := {"deletion_approvers": 2}

subject := {"deletion_declared": true, "deletion_approvers": 2, "deletion_logged": true}

decide(given) := answer if {
	answer := {"applicable": deletion_approved.applicable, "checks": deletion_approved.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"approvers": {"holds": true, "actual": 2, "required": 2},
		"logged": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"deletion_approvers": 1}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"approvers": {"holds": false, "actual": 1, "required": 2},
		"logged": {"holds": true},
	}
}

test_unrecorded_is_violating if {
	answer := decide(object.union(subject, {"deletion_logged": false}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"approvers": {"holds": true, "actual": 2, "required": 2},
		"logged": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["deletion_declared", "deletion_approvers", "deletion_logged"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"deletion_declared": false,
		"deletion_approvers": 0,
		"deletion_logged": false,
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"approvers": {"holds": false, "actual": 0, "required": 2},
		"logged": {"holds": false},
	}
}
