package limen.rules.operations.claim_probed_test

import data.limen.rules.operations.claim_probed

parameters := {"claim_ages": {"in_transit.tls.min": 604800}}

subject := {"claim": "in_transit.tls.min", "probe": "tls", "observable": true, "requested": true}

decide(given) := answer if {
	answer := {"applicable": claim_probed.applicable, "checks": claim_probed.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true, "claim": "in_transit.tls.min", "probe": "tls"}}
}

test_violating if {
	answer := decide(object.union(subject, {"requested": false}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "claim": "in_transit.tls.min", "probe": "tls"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["requested"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"requested": false, "probe": "brokers"}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "claim": "in_transit.tls.min", "probe": "brokers"}}
}

test_what_no_profile_wants_is_not_applicable if {
	decide(object.union(subject, {"claim": "rotation", "requested": false})).applicable == false
}

test_what_no_probe_can_see_is_not_applicable if {
	decide(object.union(subject, {"observable": false, "requested": false})).applicable == false
}

test_a_claim_whose_age_may_be_none_is_judged if {
	claim_probed.applicable == true
		with input as subject
		with data.limen.parameters as {"claim_ages": {"in_transit.tls.min": 0}}
}
