package limen.rules.rest.key_custody_test

import data.limen.rules.rest.key_custody

parameters := {"custodians": ["hsm", "kms"]}

subject := {"uses": ["encrypt"], "custody": "kms"}

decide(given) := answer if {
	answer := {"applicable": key_custody.applicable, "checks": key_custody.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"custody": {"holds": true, "actual": "kms", "required": ["hsm", "kms"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"custody": "application"}))
	answer.applicable == true
	answer.checks == {"custody": {"holds": false, "actual": "application", "required": ["hsm", "kms"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["custody"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["mac"], "custody": "configuration"}))
	answer.applicable == true
	answer.checks == {"custody": {"holds": false, "actual": "configuration", "required": ["hsm", "kms"]}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
