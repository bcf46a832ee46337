package limen.rules.structure.carriage_undeclared_test

import data.limen.rules.structure.carriage_undeclared

subject := {"carriage_declared": true, "moves": 1}

decide(given) := answer if {
	answer := {"applicable": carriage_undeclared.applicable, "checks": carriage_undeclared.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"carriage_declared": false, "moves": 12}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 12}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["carriage_declared"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"carriage_declared": false, "moves": 0}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 0}}
}
