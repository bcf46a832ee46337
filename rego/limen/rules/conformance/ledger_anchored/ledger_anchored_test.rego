package limen.rules.conformance.ledger_anchored_test

import data.limen.rules.conformance.ledger_anchored

subject := {"anchors": {"missing": 0, "differing": 0, "count": 2, "changed": 0, "compared": 3}}

same := {"holds": true, "actual": 0, "count": 3}

decide(given) := answer if {
	answer := {"applicable": ledger_anchored.applicable, "checks": ledger_anchored.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"length": {"holds": true, "actual": 0},
		"head": {"holds": true, "actual": 0, "count": 2},
		"text": same,
	}
}

test_violating if {
	answer := decide(object.union(subject, {"anchors": {"missing": 10}}))
	answer.applicable == true
	answer.checks == {
		"length": {"holds": false, "actual": 10},
		"head": {"holds": true, "actual": 0, "count": 2},
		"text": same,
	}
}

test_missing_field if {
	answer := decide({"anchors": {"changed": 0, "compared": 3}})
	answer.applicable == true
	answer.checks == {"text": same}
}

test_still_applies if {
	answer := decide(object.union(subject, {"anchors": {"differing": 1}}))
	answer.applicable == true
	answer.checks == {
		"length": {"holds": true, "actual": 0},
		"head": {"holds": false, "actual": 1, "count": 2},
		"text": same,
	}
}

test_text_that_changed_is_violating if {
	answer := decide(object.union(subject, {"anchors": {"changed": 1}}))
	answer.checks.text == {"holds": false, "actual": 1, "count": 3}
}
