package limen.rules.transit.empty_flow_test

import data.limen.rules.transit.empty_flow

subject := {"moves": 1}

decide(given) := answer if {
	answer := {"applicable": empty_flow.applicable, "checks": empty_flow.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"moves": {"holds": true, "actual": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"moves": 0}))
	answer.applicable == true
	answer.checks == {"moves": {"holds": false, "actual": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["moves"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 4}))
	answer.applicable == true
	answer.checks == {"moves": {"holds": true, "actual": 4}}
}
