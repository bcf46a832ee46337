package limen.rules.audit.redacted_always_test

import data.limen.rules.audit.redacted_always

subject := {"audit": {"ledger": "declared", "redacts": true}}

decide(given) := answer if {
	answer := {"applicable": redacted_always.applicable, "checks": redacted_always.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"redacts": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"redacts": false}}))
	answer.applicable == true
	answer.checks == {"redacts": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit/redacts"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"audit": {"ledger": "declared", "redacts": false}}))
	answer.applicable == true
	answer.checks == {"redacts": {"holds": false}}
}

test_an_unrecorded_flow_is_not_applicable if {
	judged := {ledger |
		some ledger in ["declared", "undeclared", "unknown"]
		decide(object.union(subject, {"audit": {"ledger": ledger}})).applicable
	}
	judged == {"declared"}
}
