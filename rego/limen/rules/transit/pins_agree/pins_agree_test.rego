package limen.rules.transit.pins_agree_test

import data.limen.rules.transit.pins_agree

subject := {"use": {"pin_sets": 1, "shared_pins": 0}}

decide(given) := answer if {
	answer := {"applicable": pins_agree.applicable, "checks": pins_agree.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"same": {"holds": true, "actual": 1}, "own": {"holds": true, "actual": 0}}
}

test_violating_sets if {
	answer := decide(object.union(subject, {"use": {"pin_sets": 2}}))
	answer.applicable == true
	answer.checks == {"same": {"holds": false, "actual": 2}, "own": {"holds": true, "actual": 0}}
}

test_violating_shared if {
	answer := decide(object.union(subject, {"use": {"shared_pins": 1}}))
	answer.applicable == true
	answer.checks == {"same": {"holds": true, "actual": 1}, "own": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/shared_pins"]))
	answer.applicable == true
	answer.checks == {"same": {"holds": true, "actual": 1}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"pin_sets": 3, "shared_pins": 2}}))
	answer.applicable == true
	answer.checks == {"same": {"holds": false, "actual": 3}, "own": {"holds": false, "actual": 2}}
}

test_without_pins_is_not_applicable if {
	decide(object.union(subject, {"use": {"pin_sets": 0}})).applicable == false
}
