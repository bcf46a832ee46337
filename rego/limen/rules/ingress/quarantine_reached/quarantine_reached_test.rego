package limen.rules.ingress.quarantine_reached_test

import data.limen.rules.ingress.quarantine_reached

subject := {"use": {"quarantine_reached": true}}

decide(given) := answer if {
	answer := {"applicable": quarantine_reached.applicable, "checks": quarantine_reached.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"reached": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"quarantine_reached": false}}))
	answer.applicable == true
	answer.checks == {"reached": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"quarantine_reached": false}, "entry": false}))
	answer.applicable == true
	answer.checks == {"reached": {"holds": false}}
}
