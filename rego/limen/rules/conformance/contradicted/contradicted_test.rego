package limen.rules.conformance.contradicted_test

import data.limen.rules.conformance.contradicted

subject := {"seen": true, "claim": "in_transit.tls.min", "declared": 13, "observed": 13, "agrees": true}

decide(given) := answer if {
	answer := {"applicable": contradicted.applicable, "checks": contradicted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"agrees": {"holds": true, "actual": 13, "declared": 13, "claim": "in_transit.tls.min"}}
}

test_violating if {
	answer := decide(object.union(subject, {"observed": 12, "agrees": false}))
	answer.applicable == true
	answer.checks == {"agrees": {"holds": false, "actual": 12, "declared": 13, "claim": "in_transit.tls.min"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["agrees"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"observed": 10, "agrees": false, "claim": "rotation"}))
	answer.applicable == true
	answer.checks == {"agrees": {"holds": false, "actual": 10, "declared": 13, "claim": "rotation"}}
}

test_unseen_is_not_applicable if decide(object.union(subject, {"seen": false})).applicable == false
