package limen.rules.structure.nested_trust_test

import data.limen.rules.structure.nested_trust

subject := {"nested": true, "trust": 3, "trust_gain": 1}

decide(given) := answer if {
	answer := {"applicable": nested_trust.applicable, "checks": nested_trust.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"gain": {"holds": true, "actual": 1, "trust": 3}}
}

test_equal_conforms if {
	answer := decide(object.union(subject, {"trust_gain": 0}))
	answer.applicable == true
	answer.checks == {"gain": {"holds": true, "actual": 0, "trust": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"trust": 1, "trust_gain": -1}))
	answer.applicable == true
	answer.checks == {"gain": {"holds": false, "actual": -1, "trust": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["trust_gain"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"trust": 0, "trust_gain": -3}))
	answer.applicable == true
	answer.checks == {"gain": {"holds": false, "actual": -3, "trust": 0}}
}

test_alone_is_not_applicable if decide(object.union(subject, {"nested": false, "trust_gain": 0})).applicable == false
