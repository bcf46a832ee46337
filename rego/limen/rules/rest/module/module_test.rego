package limen.rules.rest.module_test

import data.limen.rules.rest.module

parameters := {
	"module_last_day": {"FIPS 140-2": 20260921, "FIPS 140-3": 99991231},
	"module_level": 2,
}

context := {"as_of": 20260922}

subject := {
	"uses": ["encrypt"],
	"module": {"standard": "FIPS 140-3", "level": 2, "certificate": true},
}

decide(given) := answer if {
	answer := {"applicable": module.applicable, "checks": module.checks}
		with input as given
		with data.limen.parameters as parameters
		with data.limen.context as context
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": true, "actual": "FIPS 140-3", "required": 99991231},
		"level": {"holds": true, "actual": 2, "required": 2},
		"certificate": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"module": {"standard": "FIPS 140-2"}}))
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": false, "actual": "FIPS 140-2", "required": 20260921},
		"level": {"holds": true, "actual": 2, "required": 2},
		"certificate": {"holds": true},
	}
}

test_no_standard_is_violating if {
	answer := decide(object.union(subject, {"module": {"standard": "none"}}))
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": false, "actual": "none", "required": 0},
		"level": {"holds": true, "actual": 2, "required": 2},
		"certificate": {"holds": true},
	}
}

test_a_low_level_is_violating if {
	answer := decide(object.union(subject, {"module": {"level": 1}}))
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": true, "actual": "FIPS 140-3", "required": 99991231},
		"level": {"holds": false, "actual": 1, "required": 2},
		"certificate": {"holds": true},
	}
}

test_no_certificate_is_violating if {
	answer := decide(object.union(subject, {"module": {"certificate": false}}))
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": true, "actual": "FIPS 140-3", "required": 99991231},
		"level": {"holds": true, "actual": 2, "required": 2},
		"certificate": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["module"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"uses": ["sign"],
		"module": {"standard": "none", "level": 1, "certificate": false},
	}))
	answer.applicable == true
	answer.checks == {
		"standard": {"holds": false, "actual": "none", "required": 0},
		"level": {"holds": false, "actual": 1, "required": 2},
		"certificate": {"holds": false},
	}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
