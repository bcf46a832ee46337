package limen.rules.audit.crossing_logged_test

import data.limen.rules.audit.crossing_logged

subject := {"crossing": true, "moves": 1, "audit": {"ledger": "declared", "own_ledger": false}}

decide(given) := answer if {
	answer := {"applicable": crossing_logged.applicable, "checks": crossing_logged.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"ledger": {"holds": true, "actual": "declared"}}
}

test_a_flow_into_a_ledger_conforms if {
	answer := decide(object.union(subject, {"audit": {"ledger": "undeclared", "own_ledger": true}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": true, "actual": "undeclared"}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"ledger": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": false, "actual": "undeclared"}}
}

test_an_unknown_ledger_is_violating if {
	answer := decide(object.union(subject, {"audit": {"ledger": "unknown"}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": false, "actual": "unknown"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit/own_ledger"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 4, "audit": {"ledger": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"ledger": {"holds": false, "actual": "undeclared"}}
}

test_inside_a_zone_is_not_applicable if {
	decide(object.union(subject, {"crossing": false})).applicable == false
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
