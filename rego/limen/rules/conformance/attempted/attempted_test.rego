package limen.rules.conformance.attempted_test

import data.limen.rules.conformance.attempted

subject := {"probe": "tls", "attempt": "completed", "age": 3600}

decide(given) := answer if {
	answer := {"applicable": attempted.applicable, "checks": attempted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"completed": {"holds": true, "probe": "tls", "actual": "completed"}}
}

test_violating if {
	answer := decide(object.union(subject, {"attempt": "error"}))
	answer.applicable == true
	answer.checks == {"completed": {"holds": false, "probe": "tls", "actual": "error"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["attempt"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"probe": "kms", "attempt": "not_scheduled"})
	answer.applicable == true
	answer.checks == {"completed": {"holds": false, "probe": "kms", "actual": "not_scheduled"}}
}

test_every_other_ending_is_violating if {
	every ending in {"error", "not_scheduled", "none", ""} {
		decide(object.union(subject, {"attempt": ending})).checks.completed.holds == false
	}
}
