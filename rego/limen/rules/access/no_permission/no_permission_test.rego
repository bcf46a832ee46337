package limen.rules.access.no_permission_test

import data.limen.rules.access.no_permission

subject := {"authz": {"permission": true}, "label": {"level": 1, "compartments": [], "text": "internal {}"}}

decide(given) := answer if {
	answer := {"applicable": no_permission.applicable, "checks": no_permission.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"permission": {"holds": true, "label": "internal {}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"permission": false}}))
	answer.applicable == true
	answer.checks == {"permission": {"holds": false, "label": "internal {}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/permission"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"permission": false}, "label": {"text": "public {}"}}))
	answer.applicable == true
	answer.checks == {"permission": {"holds": false, "label": "public {}"}}
}
