package limen.rules.conformance.attempt_recent_test

import data.limen.rules.conformance.attempt_recent

subject := {"probe": "tls", "attempt": "completed", "age": 3600, "missed": 0}

decide(given) := answer if {
	answer := {"applicable": attempt_recent.applicable, "checks": attempt_recent.checks}
		with input as given
		with data.limen.parameters as {"observation_age": 2592000}
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "probe": "tls", "actual": 3600, "required": 2592000},
		"turns": {"holds": true, "probe": "tls", "actual": 0},
		"past": {"holds": true, "probe": "tls"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"age": 2592001, "missed": 29}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": false, "probe": "tls", "actual": 2592001, "required": 2592000},
		"turns": {"holds": false, "probe": "tls", "actual": 29},
		"past": {"holds": true, "probe": "tls"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["age", "missed"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"age": -1}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "probe": "tls", "actual": -1, "required": 2592000},
		"turns": {"holds": true, "probe": "tls", "actual": 0},
		"past": {"holds": false, "probe": "tls"},
	}
}

test_the_last_moment_conforms if decide(object.union(subject, {"age": 2592000})).checks.recent.holds == true

test_this_moment_conforms if decide(object.union(subject, {"age": 0})).checks.past.holds == true

test_one_turn_that_was_missed_is_violating if {
	decide(object.union(subject, {"missed": 1})).checks.turns == {"holds": false, "probe": "tls", "actual": 1}
}

test_an_attempt_without_end_is_not_applicable if {
	every ending in {"error", "not_scheduled", "none"} {
		decide(object.union(subject, {"attempt": ending})).applicable == false
	}
}
