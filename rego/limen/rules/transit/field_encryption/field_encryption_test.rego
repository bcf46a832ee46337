package limen.rules.transit.field_encryption_test

import data.limen.rules.transit.field_encryption

subject := {"field_encryption": true, "uncovered_fields": 0}

decide(given) := answer if {
	answer := {"applicable": field_encryption.applicable, "checks": field_encryption.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"covered": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"uncovered_fields": 1}))
	answer.applicable == true
	answer.checks == {"covered": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["uncovered_fields"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"field_encryption": true, "uncovered_fields": 3})
	answer.applicable == true
	answer.checks.covered.holds == false
}

test_flows_without_field_encryption_are_not_judged if {
	answer := decide({"field_encryption": false, "uncovered_fields": 0})
	answer.applicable == false
}
