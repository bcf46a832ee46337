package limen.rules.rest.key_beside_data_test

import data.limen.rules.rest.key_beside_data

subject := {"stores": 1, "keeps_ledger": false, "at_rest": {"key": true, "key_beside_data": false}}

decide(given) := answer if {
	answer := {"applicable": key_beside_data.applicable, "checks": key_beside_data.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"apart": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"at_rest": {"key_beside_data": true}}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["at_rest/key_beside_data"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"stores": 0,
		"keeps_ledger": true,
		"at_rest": {"key_beside_data": true},
	}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false}}
}

test_without_a_key_is_not_applicable if {
	decide(object.union(subject, {"at_rest": {"key": false}})).applicable == false
}

test_storing_nothing_is_not_applicable if {
	decide(object.union(subject, {"stores": 0})).applicable == false
}
