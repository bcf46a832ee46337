package limen.rules.ingress.validation_test

import data.limen.rules.ingress.validation

subject := {"entry": true, "ingress": {"declared": true, "unvalidated": 0}}

decide(given) := answer if {
	answer := {"applicable": validation.applicable, "checks": validation.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"validated": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"ingress": {"unvalidated": 1}}))
	answer.applicable == true
	answer.checks == {"validated": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ingress/unvalidated"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ingress": {"declared": false, "unvalidated": 3}}))
	answer.applicable == true
	answer.checks == {"validated": {"holds": false, "actual": 3}}
}

test_inside_is_not_applicable if decide(object.union(subject, {"entry": false})).applicable == false
