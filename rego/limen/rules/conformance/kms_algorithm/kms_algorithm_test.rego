package limen.rules.conformance.kms_algorithm_test

import data.limen.rules.conformance.kms_algorithm

parameters := {"algorithm_last_day": {"AES-256": 29991231, "3DES": 20231231}}

subject := {"exists": true, "algorithm": "AES-256"}

decide(given) := answer if {
	answer := {"applicable": kms_algorithm.applicable, "checks": kms_algorithm.checks}
		with input as given
		with data.limen.parameters as parameters
		with data.limen.context as {"as_of": 20261122}
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"allowed": {"holds": true, "actual": "AES-256", "required": 29991231}}
}

test_violating if {
	answer := decide(object.union(subject, {"algorithm": "3DES"}))
	answer.applicable == true
	answer.checks == {"allowed": {"holds": false, "actual": "3DES", "required": 20231231}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["algorithm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"algorithm": "RSA-1024"}))
	answer.applicable == true
	answer.checks == {"allowed": {"holds": false, "actual": "RSA-1024", "required": 0}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}
