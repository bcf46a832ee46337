package limen.rules.operations.hook_reached_test

import data.limen.rules.operations.hook_reached

parameters := {"hook_trust": 1}

subject := {"incident_response": {"hook": true, "hook_trust": 1, "hook_called": true}}

decide(given) := answer if {
	answer := {"applicable": hook_reached.applicable, "checks": hook_reached.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"trust": {"holds": true, "actual": 1, "required": 1}, "called": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"incident_response": {"hook_trust": 0}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false, "actual": 0, "required": 1}, "called": {"holds": true}}
}

test_a_hook_that_nobody_calls_is_violating if {
	answer := decide(object.union(subject, {"incident_response": {"hook_called": false}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": true, "actual": 1, "required": 1}, "called": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["incident_response/hook_trust"]))
	answer.applicable == true
	answer.checks == {"called": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"incident_response": {"hook_trust": 0, "hook_called": false}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false, "actual": 0, "required": 1}, "called": {"holds": false}}
}

test_without_a_hook_it_is_not_applicable if {
	decide(object.union(subject, {"incident_response": {"hook": false}})).applicable == false
}
