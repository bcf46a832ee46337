package limen.rules.structure.zone_segment_test

import data.limen.rules.structure.zone_segment

subject := {"components": 3, "segmented": true}

decide(given) := answer if {
	answer := {"applicable": zone_segment.applicable, "checks": zone_segment.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"segmented": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["segmented"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"components": 1, "segmented": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 1}}
}

test_empty_is_not_applicable if decide(object.union(subject, {"components": 0, "segmented": false})).applicable == false
