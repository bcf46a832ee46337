package limen.rules.keys.cryptoperiod_test

import data.limen.rules.keys.cryptoperiod

parameters := {"cryptoperiod_maximum": 63072000}

subject := {"uses": ["sign"], "age": 31536000, "cryptoperiod": 31536000}

decide(given) := answer if {
	answer := {"applicable": cryptoperiod.applicable, "checks": cryptoperiod.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"age": {"holds": true, "actual": 31536000, "required": 31536000},
		"begun": {"holds": true, "actual": 31536000, "required": 0},
		"period": {"holds": true, "actual": 31536000, "required": 63072000},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"age": 31536001}))
	answer.applicable == true
	answer.checks == {
		"age": {"holds": false, "actual": 31536001, "required": 31536000},
		"begun": {"holds": true, "actual": 31536001, "required": 0},
		"period": {"holds": true, "actual": 31536000, "required": 63072000},
	}
}

test_too_long_a_period_is_violating if {
	answer := decide(object.union(subject, {"cryptoperiod": 63072001}))
	answer.applicable == true
	answer.checks == {
		"age": {"holds": true, "actual": 31536000, "required": 63072001},
		"begun": {"holds": true, "actual": 31536000, "required": 0},
		"period": {"holds": false, "actual": 63072001, "required": 63072000},
	}
}

test_the_maximum_itself_conforms if {
	answer := decide(object.union(subject, {"cryptoperiod": 63072000}))
	answer.applicable == true
	answer.checks == {
		"age": {"holds": true, "actual": 31536000, "required": 63072000},
		"begun": {"holds": true, "actual": 31536000, "required": 0},
		"period": {"holds": true, "actual": 63072000, "required": 63072000},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["age"]))
	answer.applicable == true
	answer.checks == {"period": {"holds": true, "actual": 31536000, "required": 63072000}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"age": 99999999, "cryptoperiod": 88888888}))
	answer.applicable == true
	answer.checks == {
		"age": {"holds": false, "actual": 99999999, "required": 88888888},
		"begun": {"holds": true, "actual": 99999999, "required": 0},
		"period": {"holds": false, "actual": 88888888, "required": 63072000},
	}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}

test_a_day_in_the_future_is_violating if {
	answer := decide(object.union(subject, {"age": -86400}))
	answer.applicable == true
	answer.checks == {
		"age": {"holds": true, "actual": -86400, "required": 31536000},
		"begun": {"holds": false, "actual": -86400, "required": 0},
		"period": {"holds": true, "actual": 31536000, "required": 63072000},
	}
}

test_a_key_of_today_conforms if {
	answer := decide(object.union(subject, {"age": 0}))
	answer.checks.begun == {"holds": true, "actual": 0, "required": 0}
}

test_a_key_of_tomorrow_is_violating if {
	answer := decide(object.union(subject, {"age": -1}))
	answer.checks.begun == {"holds": false, "actual": -1, "required": 0}
}
