package limen.rules.keys.identified_test

import data.limen.rules.keys.identified

subject := {"uses": ["encrypt"], "named": true}

decide(given) := answer if {
	answer := {"applicable": identified.applicable, "checks": identified.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"named": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["named"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["mac", "sign"], "named": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
