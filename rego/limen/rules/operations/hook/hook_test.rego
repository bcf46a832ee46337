package limen.rules.operations.hook_test

import data.limen.rules.operations.hook

subject := {"incident_response": {"declared": true, "hook": true}}

decide(given) := answer if {
	answer := {"applicable": hook.applicable, "checks": hook.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"incident_response": {"hook": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["incident_response/hook"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"incident_response": {"declared": false, "hook": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": false}}
}
