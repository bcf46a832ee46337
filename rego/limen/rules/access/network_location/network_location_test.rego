package limen.rules.access.network_location_test

import data.limen.rules.access.network_location

subject := {"authz": {"network_location": false}}

decide(given) := answer if {
	answer := {"applicable": network_location.applicable, "checks": network_location.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"location": {"holds": true, "actual": false}}
}

test_violating if {
	answer := decide(object.union(subject, {"authz": {"network_location": true}}))
	answer.applicable == true
	answer.checks == {"location": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["authz/network_location"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"authz": {"network_location": true, "roles": 1, "permission": true}}))
	answer.applicable == true
	answer.checks == {"location": {"holds": false, "actual": true}}
}
