package limen.rules.classification.token_stated_test

import data.limen.rules.classification.token_stated

subject := {"token_fields": 1, "token": true, "identifiers": 0}

decide(given) := answer if {
	answer := {"applicable": token_stated.applicable, "checks": token_stated.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"token": {"holds": true, "actual": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"token": false}))
	answer.applicable == true
	answer.checks == {"token": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["token"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"token": false, "token_fields": 3}))
	answer.applicable == true
	answer.checks == {"token": {"holds": false, "actual": 3}}
}

test_without_tokens_it_is_not_applicable if {
	decide(object.union(subject, {"token_fields": 0})).applicable == false
}

test_with_identifiers_it_is_not_applicable if {
	decide(object.union(subject, {"identifiers": 1})).applicable == false
}
