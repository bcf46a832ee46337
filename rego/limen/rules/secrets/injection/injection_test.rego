package limen.rules.secrets.injection_test

import data.limen.rules.secrets.injection

parameters := {"injection_allowed": ["environment", "memory"]}

subject := {"secrets": {"injected_as": "memory"}}

decide(given) := answer if {
	answer := {"applicable": injection.applicable, "checks": injection.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"way": {"holds": true, "actual": "memory", "required": ["environment", "memory"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"injected_as": "literal"}}))
	answer.applicable == true
	answer.checks == {"way": {"holds": false, "actual": "literal", "required": ["environment", "memory"]}}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"secrets": {"injected_as": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"way": {"holds": false, "actual": "undeclared", "required": ["environment", "memory"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/injected_as"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"injected_as": "image"}}))
	answer.applicable == true
	answer.checks == {"way": {"holds": false, "actual": "image", "required": ["environment", "memory"]}}
}
