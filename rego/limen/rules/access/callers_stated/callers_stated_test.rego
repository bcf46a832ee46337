package limen.rules.access.callers_stated_test

import data.limen.rules.access.callers_stated

subject := {"callers_declared": true, "anonymous": false, "standing": {"named_callers": 2}}

decide(given) := answer if {
	answer := {"applicable": callers_stated.applicable, "checks": callers_stated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}, "alone": {"holds": true, "named": 2}}
}

test_violating_silence if {
	answer := decide(object.union(subject, {"callers_declared": false, "standing": {"named_callers": 0}}))
	answer.applicable == true
	answer.checks == {"stated": {"holds": false}, "alone": {"holds": true, "named": 0}}
}

test_violating_company if {
	answer := decide(object.union(subject, {"anonymous": true}))
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}, "alone": {"holds": false, "named": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing"]))
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}}
}

test_missing_anonymous if {
	answer := decide(json.remove(subject, ["anonymous"]))
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"anonymous": true, "standing": {"named_callers": 1}}))
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}, "alone": {"holds": false, "named": 1}}
}

test_anyone_alone if {
	answer := decide(object.union(subject, {"anonymous": true, "standing": {"named_callers": 0}}))
	answer.applicable == true
	answer.checks == {"stated": {"holds": true}, "alone": {"holds": true, "named": 0}}
}
