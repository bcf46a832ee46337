package limen.rules.transit.seal_held_test

import data.limen.rules.transit.seal_held

subject := {"unheld_seals": 0, "unheld_signatures": 0}

decide(given) := answer if {
	answer := {"applicable": seal_held.applicable, "checks": seal_held.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "actual": 0}, "signed": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"unheld_seals": 1}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "actual": 1}, "signed": {"holds": true, "actual": 0}}
}

test_missing_signature_is_violating if {
	answer := decide(object.union(subject, {"unheld_signatures": 2}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": true, "actual": 0}, "signed": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unheld_seals"]))
	answer.applicable == true
	answer.checks == {"signed": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"unheld_seals": 1, "unheld_signatures": 1}))
	answer.applicable == true
	answer.checks == {"sealed": {"holds": false, "actual": 1}, "signed": {"holds": false, "actual": 1}}
}
