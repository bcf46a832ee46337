package limen.rules.keys.wrapped_test

import data.limen.rules.keys.wrapped

parameters := {"wrapped_custodies": ["kms"]}

subject := {"uses": ["encrypt"], "custody": "kms", "wrapped": true}

decide(given) := answer if {
	answer := {"applicable": wrapped.applicable, "checks": wrapped.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"wrapped": {"holds": true, "actual": "kms", "required": ["kms"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"wrapped": false}))
	answer.applicable == true
	answer.checks == {"wrapped": {"holds": false, "actual": "kms", "required": ["kms"]}}
}

test_another_custody_needs_none if {
	answer := decide(object.union(subject, {"wrapped": false, "custody": "hsm"}))
	answer.applicable == true
	answer.checks == {"wrapped": {"holds": true, "actual": "hsm", "required": ["kms"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["custody"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["mac"], "wrapped": false}))
	answer.applicable == true
	answer.checks == {"wrapped": {"holds": false, "actual": "kms", "required": ["kms"]}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
