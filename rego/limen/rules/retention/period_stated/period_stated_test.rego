package limen.rules.retention.period_stated_test

import data.limen.rules.retention.period_stated

parameters := {"retention_floor": 86400}

subject := {"moved": 1, "stored": 0, "retention": 86400}

decide(given) := answer if {
	answer := {"applicable": period_stated.applicable, "checks": period_stated.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"period": {"holds": true, "actual": 86400, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"retention": 86399}))
	answer.applicable == true
	answer.checks == {"period": {"holds": false, "actual": 86399, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["retention"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moved": 0, "stored": 1, "retention": 1}))
	answer.applicable == true
	answer.checks == {"period": {"holds": false, "actual": 1, "required": 86400}}
}

test_what_is_nowhere_is_not_applicable if {
	decide(object.union(subject, {"moved": 0, "stored": 0})).applicable == false
}
