package limen.rules.operations.runbook_test

import data.limen.rules.operations.runbook

subject := {"incident_response": {"declared": true, "runbook": true}}

decide(given) := answer if {
	answer := {"applicable": runbook.applicable, "checks": runbook.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"incident_response": {"runbook": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["incident_response/runbook"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"incident_response": {"declared": false, "runbook": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": false}}
}
