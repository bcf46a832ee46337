package limen.rules.structure.assertion_broken_test

import data.limen.rules.structure.assertion_broken

subject := {"applies": true, "broken": false, "cut": 0}

decide(given) := answer if {
	answer := {"applicable": assertion_broken.applicable, "checks": assertion_broken.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"applies": {"holds": true}, "holds": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"broken": true, "cut": 2}))
	answer.applicable == true
	answer.checks == {"applies": {"holds": true}, "holds": {"holds": false, "actual": 2}}
}

test_asserting_nothing_is_violating if {
	answer := decide(object.union(subject, {"applies": false}))
	answer.applicable == true
	answer.checks == {"applies": {"holds": false}, "holds": {"holds": true, "actual": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["applies", "broken"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"applies": false, "broken": true, "cut": 1}))
	answer.applicable == true
	answer.checks == {"applies": {"holds": false}, "holds": {"holds": false, "actual": 1}}
}
