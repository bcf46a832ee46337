package limen.rules.audit.both_ends_test

import data.limen.rules.audit.both_ends

subject := {"audit": {"ledger": "declared", "silent_end": false, "by": "both"}}

decide(given) := answer if {
	answer := {"applicable": both_ends.applicable, "checks": both_ends.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"by": {"holds": true, "actual": "both"}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"ledger": "declared", "silent_end": true, "by": "from"}}))
	answer.applicable == true
	answer.checks == {"by": {"holds": false, "actual": "from"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit/silent_end"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"audit": {"ledger": "declared", "silent_end": true, "by": "to"}}))
	answer.applicable == true
	answer.checks == {"by": {"holds": false, "actual": "to"}}
}

test_an_unrecorded_flow_is_not_applicable if {
	judged := {ledger |
		some ledger in ["declared", "undeclared", "unknown"]
		decide(object.union(subject, {"audit": {"ledger": ledger}})).applicable
	}
	judged == {"declared"}
}
