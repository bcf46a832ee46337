package limen.rules.access.zone_clearance_unneeded_test

import data.limen.rules.access.zone_clearance_unneeded

subject := {"cleared": true, "standing": {"clearance_beyond": false}, "clearance": {"text": "internal"}}

decide(given) := answer if {
	answer := {"applicable": zone_clearance_unneeded.applicable, "checks": zone_clearance_unneeded.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"needed": {"holds": true, "clearance": "internal"}}
}

test_violating if {
	answer := decide(object.union(subject, {"standing": {"clearance_beyond": true}}))
	answer.applicable == true
	answer.checks == {"needed": {"holds": false, "clearance": "internal"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"standing": {"clearance_beyond": true}, "trust": 4}))
	answer.applicable == true
	answer.checks == {"needed": {"holds": false, "clearance": "internal"}}
}

test_no_clearance_is_not_applicable if {
	decide(object.union(subject, {"cleared": false})).applicable == false
}
