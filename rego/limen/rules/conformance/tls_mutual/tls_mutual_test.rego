package limen.rules.conformance.tls_mutual_test

import data.limen.rules.conformance.tls_mutual

subject := {"mutual": {"asked": true, "weakest": "required"}}

decide(given) := answer if {
	answer := {"applicable": tls_mutual.applicable, "checks": tls_mutual.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"enforced": {"holds": true, "actual": "required"},
	}
}

test_optional_conforms if {
	answer := decide(object.union(subject, {"mutual": {"weakest": "optional"}}))
	answer.applicable == true
	answer.checks == {
		"enforced": {"holds": true, "actual": "optional"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"mutual": {"weakest": "application"}}))
	answer.applicable == true
	answer.checks == {
		"enforced": {"holds": false, "actual": "application"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["mutual/weakest"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"mutual": {"weakest": "ignored"}}))
	answer.applicable == true
	answer.checks == {
		"enforced": {"holds": false, "actual": "ignored"},
	}
}

test_weaker_states_are_violating if {
	held := {state |
		some state in ["required", "application", "optional", "unchecked", "ignored", "off"]
		decide(object.union(subject, {"mutual": {"weakest": state}})).checks.enforced.holds
	}
	held == {"required", "optional"}
}

test_who_does_not_ask_is_not_applicable if {
	decide(object.union(subject, {"mutual": {"asked": false}})).applicable == false
}
