package limen.rules.keys.environment_test

import data.limen.rules.keys.environment

parameters := {"key_environments": ["production"]}

subject := {"uses": ["encrypt"], "environment": "production"}

decide(given) := answer if {
	answer := {"applicable": environment.applicable, "checks": environment.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"environment": {"holds": true, "actual": "production", "required": ["production"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"environment": "development"}))
	answer.applicable == true
	answer.checks == {"environment": {"holds": false, "actual": "development", "required": ["production"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["environment"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["mac", "sign"], "environment": "staging"}))
	answer.applicable == true
	answer.checks == {"environment": {"holds": false, "actual": "staging", "required": ["production"]}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
