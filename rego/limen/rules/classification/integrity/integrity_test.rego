package limen.rules.classification.integrity_test

import data.limen.rules.classification.integrity

subject := {"stored": true, "arrival": true, "integrity": 2, "requires_integrity": 2}

decide(given) := answer if {
	answer := {"applicable": integrity.applicable, "checks": integrity.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"integrity": {"holds": true, "actual": 2, "required": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"integrity": 1}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 1, "required": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["integrity"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"integrity": 0, "requires_integrity": 1}))
	answer.applicable == true
	answer.checks == {"integrity": {"holds": false, "actual": 0, "required": 1}}
}

test_not_arriving_is_not_applicable if {
	decide(object.union(subject, {"arrival": false, "integrity": 0})).applicable == false
}

test_not_stored_is_not_applicable if {
	decide(object.union(subject, {"stored": false, "integrity": 0})).applicable == false
}

test_requiring_nothing_is_not_applicable if {
	decide(object.union(subject, {"requires_integrity": 0, "integrity": 0})).applicable == false
}
