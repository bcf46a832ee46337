package limen.rules.classification.zone_without_clearance_test

import data.limen.rules.classification.zone_without_clearance

subject := {"components": 3, "cleared": true}

decide(given) := answer if {
	answer := {"applicable": zone_without_clearance.applicable, "checks": zone_without_clearance.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"clearance": {"holds": true, "actual": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"cleared": false}))
	answer.applicable == true
	answer.checks == {"clearance": {"holds": false, "actual": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["cleared"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"components": 1, "cleared": false}))
	answer.applicable == true
	answer.checks == {"clearance": {"holds": false, "actual": 1}}
}

test_empty_is_not_applicable if decide(object.union(subject, {"components": 0, "cleared": false})).applicable == false
