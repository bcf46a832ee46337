package limen.rules.audit.clock_test

import data.limen.rules.audit.clock

parameters := {"clock_sources": ["ntp", "nts"], "skew_maximum": 300}

subject := {"clock_source": "ntp", "clock_max_skew": 300}

decide(given) := answer if {
	answer := {"applicable": clock.applicable, "checks": clock.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"source": {"holds": true, "actual": "ntp", "required": ["ntp", "nts"]},
		"skew": {"holds": true, "actual": 300, "required": 300},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"clock_max_skew": 301}))
	answer.applicable == true
	answer.checks == {
		"source": {"holds": true, "actual": "ntp", "required": ["ntp", "nts"]},
		"skew": {"holds": false, "actual": 301, "required": 300},
	}
}

test_a_local_clock_is_violating if {
	answer := decide(object.union(subject, {"clock_source": "local"}))
	answer.applicable == true
	answer.checks == {
		"source": {"holds": false, "actual": "local", "required": ["ntp", "nts"]},
		"skew": {"holds": true, "actual": 300, "required": 300},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["clock_max_skew"]))
	answer.applicable == true
	answer.checks == {"source": {"holds": true, "actual": "ntp", "required": ["ntp", "nts"]}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"clock_source": "undeclared", "clock_max_skew": 3600}))
	answer.applicable == true
	answer.checks == {
		"source": {"holds": false, "actual": "undeclared", "required": ["ntp", "nts"]},
		"skew": {"holds": false, "actual": 3600, "required": 300},
	}
}
