package limen.rules.conformance.stale_test

import data.limen.rules.conformance.stale

parameters := {"claim_ages": {"in_transit.tls.min": 604800}, "observation_age": 2592000}

subject := {"seen": true, "claim": "in_transit.tls.min", "age": 86400}

decide(given) := answer if {
	answer := {"applicable": stale.applicable, "checks": stale.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "actual": 86400, "required": 604800, "claim": "in_transit.tls.min"},
		"past": {"holds": true, "claim": "in_transit.tls.min"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"age": 604801}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": false, "actual": 604801, "required": 604800, "claim": "in_transit.tls.min"},
		"past": {"holds": true, "claim": "in_transit.tls.min"},
	}
}

test_a_claim_without_its_own_age_conforms if {
	answer := decide(object.union(subject, {"claim": "rotation", "age": 2592000}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": true, "actual": 2592000, "required": 2592000, "claim": "rotation"},
		"past": {"holds": true, "claim": "rotation"},
	}
}

test_a_claim_without_its_own_age_is_violating if {
	answer := decide(object.union(subject, {"claim": "rotation", "age": 2592001}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": false, "actual": 2592001, "required": 2592000, "claim": "rotation"},
		"past": {"holds": true, "claim": "rotation"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["age"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"age": 31536000}))
	answer.applicable == true
	answer.checks == {
		"recent": {"holds": false, "actual": 31536000, "required": 604800, "claim": "in_transit.tls.min"},
		"past": {"holds": true, "claim": "in_transit.tls.min"},
	}
}

test_unseen_is_not_applicable if decide(object.union(subject, {"seen": false})).applicable == false

test_an_observation_of_now_conforms if {
	answer := decide(object.union(subject, {"age": 0}))
	answer.checks == {
		"recent": {"holds": true, "actual": 0, "required": 604800, "claim": "in_transit.tls.min"},
		"past": {"holds": true, "claim": "in_transit.tls.min"},
	}
}

test_an_observation_of_tomorrow_is_violating if {
	answer := decide(object.union(subject, {"age": -1}))
	answer.checks == {
		"recent": {"holds": true, "actual": -1, "required": 604800, "claim": "in_transit.tls.min"},
		"past": {"holds": false, "claim": "in_transit.tls.min"},
	}
}
