package limen.rules.access.duty_declared_test

import data.limen.rules.access.duty_declared

subject := {"demanded": true, "declared": true}

decide(given) := answer if {
	answer := {"applicable": duty_declared.applicable, "checks": duty_declared.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"declared": false}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["declared"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"declared": false, "principals": 3}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false}}
}

test_a_pair_of_the_architects_own_is_not_applicable if {
	decide(object.union(subject, {"demanded": false})).applicable == false
}
