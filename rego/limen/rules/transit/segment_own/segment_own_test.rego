package limen.rules.transit.segment_own_test

import data.limen.rules.transit.segment_own

subject := {"segmented": true, "standing": {"same_segment": 0}}

decide(given) := answer if {
	answer := {"applicable": segment_own.applicable, "checks": segment_own.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"own": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"standing": {"same_segment": 1}}))
	answer.applicable == true
	answer.checks == {"own": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["segmented"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"segmented": false}))
	answer.applicable == true
	answer.checks == {"own": {"holds": false}}
}
