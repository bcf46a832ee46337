package limen.rules.conformance.contradicted_test

import data.limen.rules.conformance.contradicted

subject := {
	"seen": true,
	"claim": "in_transit.tls.min",
	"declared_words": "1.3",
	"observed": 13,
	"observed_words": "1.3",
	"agrees": true,
}

decide(given) := answer if {
	answer := {"applicable": contradicted.applicable, "checks": contradicted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"agrees": {"holds": true, "actual": 13, "declared": "1.3", "seen": "1.3", "claim": "in_transit.tls.min"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"observed": 12, "observed_words": "1.2", "agrees": false}))
	answer.applicable == true
	answer.checks == {
		"agrees": {"holds": false, "actual": 12, "declared": "1.3", "seen": "1.2", "claim": "in_transit.tls.min"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["agrees", "observed_words"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"observed": 10,
		"observed_words": "1.0",
		"agrees": false,
		"claim": "rotation",
	}))
	answer.applicable == true
	answer.checks == {"agrees": {"holds": false, "actual": 10, "declared": "1.3", "seen": "1.0", "claim": "rotation"}}
}

test_unseen_is_not_applicable if decide(object.union(subject, {"seen": false})).applicable == false
