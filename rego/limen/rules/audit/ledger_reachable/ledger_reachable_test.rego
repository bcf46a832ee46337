package limen.rules.audit.ledger_reachable_test

import data.limen.rules.audit.ledger_reachable

subject := {"audit": {"ledger": "declared", "reachable": true, "by": "to"}}

decide(given) := answer if {
	answer := {"applicable": ledger_reachable.applicable, "checks": ledger_reachable.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"reachable": {"holds": true, "by": "to"}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"reachable": false}}))
	answer.applicable == true
	answer.checks == {"reachable": {"holds": false, "by": "to"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit/reachable"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"audit": {"reachable": false, "by": "both"}}))
	answer.applicable == true
	answer.checks == {"reachable": {"holds": false, "by": "both"}}
}

test_without_a_ledger_is_not_applicable if {
	decide(object.union(subject, {"audit": {"ledger": "undeclared"}})).applicable == false
}

test_with_an_unknown_ledger_is_not_applicable if {
	decide(object.union(subject, {"audit": {"ledger": "unknown"}})).applicable == false
}
