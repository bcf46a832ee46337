package limen.rules.keys.algorithm_test

import data.limen.rules.keys.algorithm

parameters := {"algorithm_last_day": {"AES-256": 99991231, "3DES": 20231231, "RSA-2048": 20260921}}

context := {"as_of": 20260921}

subject := {"uses": ["encrypt"], "algorithm": "AES-256"}

decide(given) := answer if {
	answer := {"applicable": algorithm.applicable, "checks": algorithm.checks}
		with input as given
		with data.limen.parameters as parameters
		with data.limen.context as context
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": true, "actual": "AES-256", "required": 99991231}}
}

test_the_last_day_conforms if {
	answer := decide(object.union(subject, {"algorithm": "RSA-2048"}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": true, "actual": "RSA-2048", "required": 20260921}}
}

test_violating if {
	answer := decide(object.union(subject, {"algorithm": "3DES"}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": false, "actual": "3DES", "required": 20231231}}
}

test_unknown_to_the_profile_is_violating if {
	answer := decide(object.union(subject, {"algorithm": "RSA-1024"}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": false, "actual": "RSA-1024", "required": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["algorithm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["encrypt", "wrap"], "algorithm": "3DES"}))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": false, "actual": "3DES", "required": 20231231}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
