package limen.rules.signatures.egress_unsigned_test

import data.limen.rules.signatures.egress_unsigned

subject := {"egress": true, "egress_items": 2, "egress_unsigned": 0}

decide(given) := answer if {
	answer := {"applicable": egress_unsigned.applicable, "checks": egress_unsigned.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"signed": {"holds": true, "actual": 0, "items": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"egress_unsigned": 1}))
	answer.applicable == true
	answer.checks == {"signed": {"holds": false, "actual": 1, "items": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["egress_unsigned"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"egress_items": 1, "egress_unsigned": 1}))
	answer.applicable == true
	answer.checks == {"signed": {"holds": false, "actual": 1, "items": 1}}
}

test_inside_is_not_applicable if decide(object.union(subject, {"egress": false})).applicable == false

test_nothing_leaving_is_not_applicable if decide(object.union(subject, {"egress_items": 0})).applicable == false
