package limen.rules.access.purpose_stated_test

import data.limen.rules.access.purpose_stated

subject := {"moves": 2, "necessity": {"purpose": true}}

decide(given) := answer if {
	answer := {"applicable": purpose_stated.applicable, "checks": purpose_stated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"purpose": {"holds": true, "moves": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"necessity": {"purpose": false}}))
	answer.applicable == true
	answer.checks == {"purpose": {"holds": false, "moves": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["necessity"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 1, "necessity": {"purpose": false}}))
	answer.applicable == true
	answer.checks == {"purpose": {"holds": false, "moves": 1}}
}

test_an_empty_flow_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
