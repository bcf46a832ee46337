package limen.rules.access.clearance_unneeded_test

import data.limen.rules.access.clearance_unneeded

subject := {"use": {"clearance_beyond": false}, "effective_label": {"text": "internal"}}

decide(given) := answer if {
	answer := {"applicable": clearance_unneeded.applicable, "checks": clearance_unneeded.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"needed": {"holds": true, "held": "internal"}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"clearance_beyond": true}}))
	answer.applicable == true
	answer.checks == {"needed": {"holds": false, "held": "internal"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"use": {"clearance_beyond": true},
		"effective_label": {"text": "restricted {phi}"},
	}))
	answer.applicable == true
	answer.checks == {"needed": {"holds": false, "held": "restricted {phi}"}}
}
