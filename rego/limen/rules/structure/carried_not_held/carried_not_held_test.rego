package limen.rules.structure.carried_not_held_test

import data.limen.rules.structure.carried_not_held

subject := {"held": true, "label": {"text": "restricted"}}

decide(given) := answer if {
	answer := {"applicable": carried_not_held.applicable, "checks": carried_not_held.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"held": {"holds": true, "actual": true, "label": "restricted"}}
}

test_violating if {
	answer := decide(object.union(subject, {"held": false}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false, "actual": false, "label": "restricted"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["held"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"held": false, "label": {"text": "public"}}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false, "actual": false, "label": "public"}}
}
