package limen.rules.access.production_stated_test

import data.limen.rules.access.production_stated

subject := {"action": "produce", "how": "sign", "keyed": true, "approved": true}

decide(given) := answer if {
	answer := {"applicable": production_stated.applicable, "checks": production_stated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": true, "how": "sign"},
		"approved": {"holds": true, "how": "sign"},
		"stated": {"holds": true, "actual": "sign"},
	}
}

test_violating_key if {
	answer := decide(object.union(subject, {"keyed": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": false, "how": "sign"},
		"approved": {"holds": true, "how": "sign"},
		"stated": {"holds": true, "actual": "sign"},
	}
}

test_violating_approval if {
	answer := decide(object.union(subject, {"approved": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": true, "how": "sign"},
		"approved": {"holds": false, "how": "sign"},
		"stated": {"holds": true, "actual": "sign"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["how"]))
	answer.applicable == true
	answer.checks == {}
}

test_missing_key if {
	answer := decide(json.remove(subject, ["keyed"]))
	answer.applicable == true
	answer.checks == {"approved": {"holds": true, "how": "sign"}, "stated": {"holds": true, "actual": "sign"}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"action": "reverse", "how": "reverse", "keyed": false, "approved": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": false, "how": "reverse"},
		"approved": {"holds": false, "how": "reverse"},
		"stated": {"holds": true, "actual": "reverse"},
	}
}

test_redaction_needs_no_key if {
	answer := decide(object.union(subject, {"how": "redact", "keyed": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": true, "how": "redact"},
		"approved": {"holds": true, "how": "redact"},
		"stated": {"holds": true, "actual": "redact"},
	}
}

test_redaction_needs_an_approver if {
	answer := decide(object.union(subject, {"how": "redact", "approved": false, "keyed": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": true, "how": "redact"},
		"approved": {"holds": false, "how": "redact"},
		"stated": {"holds": true, "actual": "redact"},
	}
}

test_derivation_needs_neither if {
	answer := decide(object.union(subject, {"how": "derive", "keyed": false, "approved": false}))
	answer.applicable == true
	answer.checks == {
		"keyed": {"holds": true, "how": "derive"},
		"approved": {"holds": true, "how": "derive"},
		"stated": {"holds": true, "actual": "derive"},
	}
}

ways := {"tokenise", "redact", "aggregate", "encrypt", "derive", "sign", "reverse"}

test_sealing_and_opening_are_not_applicable if {
	judged := {action |
		some action in ["seal", "open", "terminate", "reestablish", "produce", "reverse"]
		decide(object.union(subject, {"action": action})).applicable
	}
	judged == {"produce", "reverse"}
}

test_every_known_way_is_stated_and_no_other if {
	stated := {how |
		some how in (ways | {"", "undeclared"})
		decide(object.union(subject, {"how": how})).checks.stated.holds
	}
	stated == ways
}

test_what_needs_no_key_is_told_apart if {
	keyless := {how |
		some how in ways
		decide(object.union(subject, {"how": how, "keyed": false})).checks.keyed.holds
	}
	keyless == {"derive", "redact"}
}

test_what_needs_no_approver_is_told_apart if {
	free := {how |
		some how in ways
		decide(object.union(subject, {"how": how, "approved": false})).checks.approved.holds
	}
	free == {"derive"}
}
