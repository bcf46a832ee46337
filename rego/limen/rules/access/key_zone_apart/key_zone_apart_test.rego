package limen.rules.access.key_zone_apart_test

import data.limen.rules.access.key_zone_apart

subject := {"standing": {"keeps_keys": false, "trusted_as_keys": false}}

decide(given) := answer if {
	answer := {"applicable": key_zone_apart.applicable, "checks": key_zone_apart.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"trust": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"standing": {"trusted_as_keys": true}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing/trusted_as_keys"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"standing": {"trusted_as_keys": true}, "trust": 0}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false}}
}

test_custody_is_not_applicable if {
	decide(object.union(subject, {"standing": {"keeps_keys": true}})).applicable == false
}
