package limen.rules.keys.binding_alone_test

import data.limen.rules.keys.binding_alone

subject := {"binds": true, "products": 0, "uses": ["derive"]}

decide(given) := answer if {
	answer := {"applicable": binding_alone.applicable, "checks": binding_alone.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"products": {"holds": true, "actual": 0}, "uses": {"holds": true, "actual": ["derive"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"products": 1}))
	answer.applicable == true
	answer.checks == {"products": {"holds": false, "actual": 1}, "uses": {"holds": true, "actual": ["derive"]}}
}

test_another_use_is_violating if {
	answer := decide(object.union(subject, {"uses": ["derive", "mac"]}))
	answer.applicable == true
	answer.checks == {"products": {"holds": true, "actual": 0}, "uses": {"holds": false, "actual": ["derive", "mac"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["products"]))
	answer.applicable == true
	answer.checks == {"uses": {"holds": true, "actual": ["derive"]}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"products": 3, "uses": ["derive", "encrypt"]}))
	answer.applicable == true
	answer.checks == {"products": {"holds": false, "actual": 3}, "uses": {"holds": false, "actual": ["derive", "encrypt"]}}
}

test_other_keys_are_not_applicable if {
	decide(object.union(subject, {"binds": false})).applicable == false
}
