package limen.rules.conformance.kms_usable_test

import data.limen.rules.conformance.kms_usable

subject := {"exists": true, "enabled": true, "deletion_pending": false}

decide(given) := answer if {
	answer := {"applicable": kms_usable.applicable, "checks": kms_usable.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"enabled": {"holds": true}, "kept": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"enabled": false}))
	answer.applicable == true
	answer.checks == {"enabled": {"holds": false}, "kept": {"holds": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["enabled"]))
	answer.applicable == true
	answer.checks == {"kept": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"deletion_pending": true}))
	answer.applicable == true
	answer.checks == {"enabled": {"holds": true}, "kept": {"holds": false}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}

test_a_deletion_that_was_not_seen_is_missing if {
	decide(json.remove(subject, ["deletion_pending"])).checks == {"enabled": {"holds": true}}
}
