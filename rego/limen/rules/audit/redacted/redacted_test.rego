package limen.rules.audit.redacted_test

import data.limen.rules.audit.redacted

subject := {"audit": {"ledger": "declared", "redacts": true}, "necessity": {"identifying_items": 1}}

decide(given) := answer if {
	answer := {"applicable": redacted.applicable, "checks": redacted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"redacts": {"holds": true, "items": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"audit": {"redacts": false}}))
	answer.applicable == true
	answer.checks == {"redacts": {"holds": false, "items": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["audit/redacts"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"audit": {"redacts": false},
		"necessity": {"identifying_items": 7},
	}))
	answer.applicable == true
	answer.checks == {"redacts": {"holds": false, "items": 7}}
}

test_without_identifiers_is_not_applicable if {
	decide(object.union(subject, {"necessity": {"identifying_items": 0}})).applicable == false
}

test_unrecorded_is_not_applicable if {
	judged := {ledger |
		some ledger in ["declared", "undeclared", "unknown"]
		decide(object.union(subject, {"audit": {"ledger": ledger}})).applicable
	}
	judged == {"declared"}
}
