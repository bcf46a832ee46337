package limen.rules.access.no_role_test

import data.limen.rules.access.no_role

subject := {"authz": {"roles": 1}, "label": {"level": 1, "compartments": [], "text": "internal {}"}}

decide(given) := answer if {
	answer := {"applicable": no_role.applicable, "checks": no_role.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"roles": {"holds": true, "actual": 1, "label": "internal {}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"roles": 0}}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false, "actual": 0, "label": "internal {}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/roles"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"roles": 0}, "label": {"text": "public {}"}}))
	answer.applicable == true
	answer.checks == {"roles": {"holds": false, "actual": 0, "label": "public {}"}}
}
