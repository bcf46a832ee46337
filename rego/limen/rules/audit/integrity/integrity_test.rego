package limen.rules.audit.integrity_test

import data.limen.rules.audit.integrity

subject := {"integrity": 2, "requires_integrity": 2}

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

test_without_a_requirement_is_not_applicable if {
	decide(object.union(subject, {"requires_integrity": 0})).applicable == false
}
