package limen.rules.conformance.secrets_scanned_test

import data.limen.rules.conformance.secrets_scanned

parameters := {"secret_history": true}

subject := {"what": "scan", "scan": {"complete": true, "files": 1, "history": true}}

decide(given) := answer if {
	answer := {"applicable": secrets_scanned.applicable, "checks": secrets_scanned.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": true},
		"files": {"holds": true, "actual": 1},
		"history": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"scan": {"complete": false, "files": 0, "history": false}}))
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": false},
		"files": {"holds": false, "actual": 0},
		"history": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["scan/complete"]))
	answer.applicable == true
	answer.checks == {"files": {"holds": true, "actual": 1}, "history": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"scan": {"files": 2000, "history": false}}))
	answer.applicable == true
	answer.checks == {
		"complete": {"holds": true},
		"files": {"holds": true, "actual": 2000},
		"history": {"holds": false},
	}
}

test_history_counts_only_where_the_profile_asks_for_it if {
	secrets_scanned.checks.history.holds == true
		with input as object.union(subject, {"scan": {"history": false}})
		with data.limen.parameters as {"secret_history": false}
}

test_a_secret_is_not_applicable if decide({"what": "secret"}).applicable == false
