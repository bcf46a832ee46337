package limen.rules.keys.custodian_test

import data.limen.rules.keys.custodian

subject := {"uses": ["encrypt"], "held": true, "provider_agrees": true, "holder_agrees": true}

decide(given) := answer if {
	answer := {"applicable": custodian.applicable, "checks": custodian.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"held": {"holds": true}, "agrees": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"held": false}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false}, "agrees": {"holds": true}}
}

test_another_provider_is_violating if {
	answer := decide(object.union(subject, {"provider_agrees": false}))
	answer.applicable == true
	answer.checks == {"held": {"holds": true}, "agrees": {"holds": false}}
}

test_another_holder_is_violating if {
	answer := decide(object.union(subject, {"holder_agrees": false}))
	answer.applicable == true
	answer.checks == {"held": {"holds": true}, "agrees": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["provider_agrees", "holder_agrees"]))
	answer.applicable == true
	answer.checks == {"held": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"uses": ["wrap"],
		"held": false,
		"provider_agrees": false,
		"holder_agrees": false,
	}))
	answer.applicable == true
	answer.checks == {"held": {"holds": false}, "agrees": {"holds": false}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
