package limen.rules.structure.returns_undeclared_test

import data.limen.rules.structure.returns_undeclared

subject := {"returns_declared": true, "moves": 2}

decide(given) := answer if {
	answer := {"applicable": returns_undeclared.applicable, "checks": returns_undeclared.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"returns_declared": false}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["returns_declared"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"returns_declared": false, "moves": 0}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 0}}
}
