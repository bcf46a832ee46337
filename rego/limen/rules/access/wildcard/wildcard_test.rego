package limen.rules.access.wildcard_test

import data.limen.rules.access.wildcard

subject := {"authz": {"permission": true, "wildcard": false}}

decide(given) := answer if {
	answer := {"applicable": wildcard.applicable, "checks": wildcard.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"exact": {"holds": true, "actual": false}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"wildcard": true}}))
	answer.applicable == true
	answer.checks == {"exact": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/wildcard"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"wildcard": true, "roles": 1}}))
	answer.applicable == true
	answer.checks == {"exact": {"holds": false, "actual": true}}
}

test_without_permission_is_not_applicable if {
	decide(object.union(subject, {"authz": {"permission": false}})).applicable == false
}
