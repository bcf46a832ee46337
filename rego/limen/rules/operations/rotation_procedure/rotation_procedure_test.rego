package limen.rules.operations.rotation_procedure_test

import data.limen.rules.operations.rotation_procedure

subject := {"keys": 12, "key_rotation_procedure": true}

decide(given) := answer if {
	answer := {"applicable": rotation_procedure.applicable, "checks": rotation_procedure.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": 12}}
}

test_violating if {
	answer := decide(object.union(subject, {"key_rotation_procedure": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 12}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["key_rotation_procedure"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"keys": 1, "key_rotation_procedure": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 1}}
}

test_without_keys_is_not_applicable if {
	decide(object.union(subject, {"keys": 0, "key_rotation_procedure": false})).applicable == false
}
