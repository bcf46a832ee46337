package limen.rules.transit.unopened_test

import data.limen.rules.transit.unopened

subject := {"use": {"unopened": 0}}

decide(given) := answer if {
	answer := {"applicable": unopened.applicable, "checks": unopened.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"key": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"unopened": 2}}))
	answer.applicable == true
	answer.checks == {"key": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/unopened"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"unopened": 1}}))
	answer.applicable == true
	answer.checks == {"key": {"holds": false, "actual": 1}}
}
