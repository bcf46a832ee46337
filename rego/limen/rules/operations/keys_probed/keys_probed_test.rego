package limen.rules.operations.keys_probed_test

import data.limen.rules.operations.keys_probed

subject := {"wraps": 3, "probed": true}

decide(given) := answer if {
	answer := {"applicable": keys_probed.applicable, "checks": keys_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true, "actual": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"probed": false}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probed"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"wraps": 1, "probed": false}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 1}}
}

test_a_key_that_wraps_none_is_not_applicable if {
	decide(object.union(subject, {"wraps": 0})).applicable == false
}
