package limen.rules.audit.chain_key_apart_test

import data.limen.rules.audit.chain_key_apart

subject := {"chain": {"key": true, "key_known": true, "key_beside": false}}

decide(given) := answer if {
	answer := {"applicable": chain_key_apart.applicable, "checks": chain_key_apart.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"apart": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"chain": {"key_beside": true}}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["chain/key_beside"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"chain": {"key_known": false, "key_beside": true}}))
	answer.applicable == true
	answer.checks == {"apart": {"holds": false}}
}

test_without_a_key_is_not_applicable if {
	decide(object.union(subject, {"chain": {"key": false}})).applicable == false
}
