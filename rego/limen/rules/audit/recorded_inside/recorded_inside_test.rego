package limen.rules.audit.recorded_inside_test

import data.limen.rules.audit.recorded_inside

subject := {"moves": 1, "audit": {"ledger": "declared"}}

decide(given) := answer if {
	answer := {"applicable": recorded_inside.applicable, "checks": recorded_inside.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"ledger": {"holds": true, "actual": "declared"}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"ledger": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": false, "actual": "undeclared"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 3, "audit": {"ledger": "unknown"}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": false, "actual": "unknown"}}
}

test_an_empty_flow_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
