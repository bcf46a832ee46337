package limen.rules.ingress.checked_whole_test

import data.limen.rules.ingress.checked_whole

subject := {"use": {"checked_apart": 0}}

decide(given) := answer if {
	answer := {"applicable": checked_whole.applicable, "checks": checked_whole.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"both": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"checked_apart": 2}}))
	answer.applicable == true
	answer.checks == {"both": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/checked_apart"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"checked_apart": 1}}))
	answer.applicable == true
	answer.checks == {"both": {"holds": false, "actual": 1}}
}
