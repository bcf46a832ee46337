package limen.rules.tenancy.zone_apart_test

import data.limen.rules.tenancy.zone_apart

subject := {"use": {"mixed_zone": false}}

decide(given) := answer if {
	answer := {"applicable": zone_apart.applicable, "checks": zone_apart.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"zone": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"mixed_zone": true}}))
	answer.applicable == true
	answer.checks == {"zone": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"mixed_zone": true}, "tenant": false}))
	answer.applicable == true
	answer.checks == {"zone": {"holds": false}}
}
