package limen.rules.conformance.unobserved_test

import data.limen.rules.conformance.unobserved

parameters := {"claim_ages": {"in_transit.tls.min": 604800}}

subject := {"requested": false, "observable": true, "claim": "in_transit.tls.min", "seen": true, "age": 60}

decide(given) := answer if {
	answer := {"applicable": unobserved.applicable, "checks": unobserved.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"observed": {"holds": true, "actual": 60, "claim": "in_transit.tls.min"}}
}

test_violating if {
	answer := decide(object.union(subject, {"seen": false}))
	answer.applicable == true
	answer.checks == {"observed": {"holds": false, "actual": 60, "claim": "in_transit.tls.min"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["age"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"requested": true, "claim": "rotation", "seen": false}))
	answer.applicable == true
	answer.checks == {"observed": {"holds": false, "actual": 60, "claim": "rotation"}}
}

test_what_no_probe_can_see_is_not_applicable if decide(object.union(subject, {"observable": false})).applicable == false

test_what_is_asked_for_is_judged if {
	decide(object.union(subject, {"requested": true, "observable": false})).applicable == true
}

test_not_asked_for_is_not_applicable if decide(object.union(subject, {"claim": "rotation"})).applicable == false

test_a_claim_whose_age_may_be_none_is_judged if {
	unobserved.applicable == true
		with input as {"requested": false, "observable": true, "claim": "in_transit.tls.min"}
		with data.limen.parameters as {"claim_ages": {"in_transit.tls.min": 0}}
}
