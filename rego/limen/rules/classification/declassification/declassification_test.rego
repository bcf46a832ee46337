package limen.rules.classification.declassification_test

import data.limen.rules.classification.declassification

subject := {
	"lowers": true,
	"action": "produce",
	"tokens": false,
	"declassifies": true,
	"approved": true,
	"how": "tokenise",
	"keyed": true,
	"before": {"text": "restricted {phi}"},
	"after": {"text": "confidential {}"},
}

decide(given) := answer if {
	answer := {"applicable": declassification.applicable, "checks": declassification.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"how": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": true},
	}
}

test_redaction_without_key_conforms if {
	answer := decide(object.union(subject, {"how": "redact", "keyed": false}))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"approved": false}))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": false, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": true},
	}
}

test_tokens_without_key_are_violating if {
	answer := decide(object.union(subject, {"keyed": false}))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["how"]))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {"declassifies": false, "approved": false, "how": "derive", "keyed": false}))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": false, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": false, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": true},
	}
}

test_reversing_what_is_no_token_is_violating if {
	answer := decide(object.union(subject, {"action": "reverse", "how": "reverse", "declassifies": false}))
	answer.applicable == true
	answer.checks == {
		"how": {"holds": false, "before": "restricted {phi}", "after": "confidential {}"},
		"approved": {"holds": true, "before": "restricted {phi}", "after": "confidential {}"},
		"key": {"holds": true},
	}
}

test_reversing_tokens_is_not_applicable if {
	decide(object.union(subject, {"action": "reverse", "tokens": true})).applicable == false
}

test_lowering_nothing_is_not_applicable if decide(object.union(subject, {"lowers": false})).applicable == false

test_turning_tokens_back_alone_is_judged_elsewhere if {
	judged := {action |
		some action in ["seal", "open", "terminate", "reestablish", "produce", "reverse"]
		decide(object.union(subject, {"action": action, "tokens": true})).applicable
	}
	judged == {"seal", "open", "terminate", "reestablish", "produce"}
}
