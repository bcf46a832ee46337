package limen.rules.conformance.code_scanned_test

import data.limen.rules.conformance.code_scanned

subject := {"what": "scan", "scan": {"complete": true, "files": 1, "rules": 1}}

decide(given) := answer if {
	answer := {"applicable": code_scanned.applicable, "checks": code_scanned.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": true},
		"files": {"holds": true, "actual": 1},
		"rules": {"holds": true, "actual": 1},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"scan": {"complete": false, "files": 0, "rules": 0}}))
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": false},
		"files": {"holds": false, "actual": 0},
		"rules": {"holds": false, "actual": 0},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["scan/complete"]))
	answer.applicable == true
	answer.checks == {"files": {"holds": true, "actual": 1}, "rules": {"holds": true, "actual": 1}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"scan": {"files": 500, "rules": 0}}))
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": true},
		"files": {"holds": true, "actual": 500},
		"rules": {"holds": false, "actual": 0},
	}
}

test_a_place_is_not_applicable if decide({"what": "finding"}).applicable == false
