package limen.rules.classification.reversal_test

import data.limen.rules.classification.reversal

subject := {
	"action": "reverse",
	"tokens": true,
	"approved": true,
	"keyed": true,
	"before": {"text": "confidential {}"},
	"after": {"text": "restricted {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": reversal.applicable, "checks": reversal.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"tokens": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"approved": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"key": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"approved": false}))
	answer.applicable == true
	answer.checks == {
		"tokens": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"approved": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
		"key": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
	}
}

test_without_key_is_violating if {
	answer := decide(object.union(subject, {"keyed": false}))
	answer.applicable == true
	answer.checks == {
		"tokens": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"approved": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"key": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
	}
}

test_no_token_is_violating if {
	answer := decide(object.union(subject, {"tokens": false}))
	answer.applicable == true
	answer.checks == {
		"tokens": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
		"approved": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
		"key": {"holds": true, "before": "confidential {}", "after": "restricted {phi}"},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tokens": false, "approved": false, "keyed": false}))
	answer.applicable == true
	answer.checks == {
		"tokens": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
		"approved": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
		"key": {"holds": false, "before": "confidential {}", "after": "restricted {phi}"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tokens", "approved", "keyed"]))
	answer.applicable == true
	answer.checks == {}
}

test_any_other_action_is_not_applicable if {
	judged := {action |
		some action in ["seal", "open", "terminate", "reestablish", "produce", "reverse"]
		decide(object.union(subject, {"action": action})).applicable
	}
	judged == {"reverse"}
}
