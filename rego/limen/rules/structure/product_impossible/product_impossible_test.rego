package limen.rules.structure.product_impossible_test

import data.limen.rules.structure.product_impossible

subject := {"action": "produce", "possible": true, "after": {"text": "confidential {regulatory}"}}

decide(given) := answer if {
	answer := {"applicable": product_impossible.applicable, "checks": product_impossible.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sources": {"holds": true, "label": "confidential {regulatory}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"possible": false}))
	answer.applicable == true
	answer.checks == {"sources": {"holds": false, "label": "confidential {regulatory}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["possible"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"action": "reverse", "possible": false}))
	answer.applicable == true
	answer.checks == {"sources": {"holds": false, "label": "confidential {regulatory}"}}
}

test_sealing_or_opening_is_not_applicable if {
	judged := {action |
		some action in ["seal", "open", "terminate", "reestablish", "produce", "reverse"]
		decide(object.union(subject, {"action": action})).applicable
	}
	judged == {"produce", "reverse"}
}
