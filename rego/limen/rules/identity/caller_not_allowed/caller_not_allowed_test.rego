package limen.rules.identity.caller_not_allowed_test

import data.limen.rules.identity.caller_not_allowed

subject := {
	"entered": [
		{"ref": 0, "trust": 1, "callers_declared": true, "callers_matched": 1},
		{"ref": 1, "trust": 3, "callers_declared": true, "callers_matched": 2},
	],
}

decide(given) := answer if {
	answer := {"applicable": caller_not_allowed.applicable, "checks": caller_not_allowed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"caller": {
			0: {"holds": true, "actual": 1, "required": 1, "trust": 1, "refs": [0]},
			1: {"holds": true, "actual": 2, "required": 1, "trust": 3, "refs": [1]},
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {
		"entered": [
			{"ref": 0, "trust": 1, "callers_declared": true, "callers_matched": 1},
			{"ref": 1, "trust": 3, "callers_declared": true, "callers_matched": 0},
		],
	}))
	answer.applicable == true
	answer.checks == {
		"caller": {
			0: {"holds": true, "actual": 1, "required": 1, "trust": 1, "refs": [0]},
			1: {"holds": false, "actual": 0, "required": 1, "trust": 3, "refs": [1]},
		},
	}
}

test_undeclared_callers_are_violating if {
	answer := decide(object.union(subject, {
		"entered": [{"ref": 0, "trust": 1, "callers_declared": false, "callers_matched": 0}],
	}))
	answer.applicable == true
	answer.checks == {"caller": {0: {"holds": false, "actual": 0, "required": 1, "trust": 1, "refs": [0]}}}
}

test_missing_field if {
	answer := decide(object.union(subject, {"entered": [{"ref": 0, "trust": 1, "callers_declared": true}]}))
	answer.applicable == true
	answer.checks == {"caller": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"entered": [{"ref": 2, "trust": 0, "callers_declared": true, "callers_matched": 0}],
	}))
	answer.applicable == true
	answer.checks == {"caller": {0: {"holds": false, "actual": 0, "required": 1, "trust": 0, "refs": [2]}}}
}

test_entering_nothing_is_not_applicable if decide(object.union(subject, {"entered": []})).applicable == false
