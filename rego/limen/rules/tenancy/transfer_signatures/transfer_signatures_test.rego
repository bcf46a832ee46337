package limen.rules.tenancy.transfer_signatures_test

import data.limen.rules.tenancy.transfer_signatures

subject := {"dual_signature": true, "unsigned_items": 0}

decide(given) := answer if {
	answer := {"applicable": transfer_signatures.applicable, "checks": transfer_signatures.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"dual": {"holds": true, "actual": true}, "items": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"dual_signature": false}))
	answer.applicable == true
	answer.checks == {"dual": {"holds": false, "actual": false}, "items": {"holds": true, "actual": 0}}
}

test_unsigned_items_are_violating if {
	answer := decide(object.union(subject, {"unsigned_items": 1}))
	answer.applicable == true
	answer.checks == {"dual": {"holds": true, "actual": true}, "items": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["dual_signature"]))
	answer.applicable == true
	answer.checks == {"items": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"dual_signature": false, "unsigned_items": 3}))
	answer.applicable == true
	answer.checks == {"dual": {"holds": false, "actual": false}, "items": {"holds": false, "actual": 3}}
}
