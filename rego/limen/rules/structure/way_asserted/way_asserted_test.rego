package limen.rules.structure.way_asserted_test

import data.limen.rules.structure.way_asserted

parameters := {"asserted_trust": 3}

subject := {"trust": 3, "entering_flows": 1, "asserted": 1}

decide(given) := answer if {
	answer := {"applicable": way_asserted.applicable, "checks": way_asserted.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"assertion": {"holds": true, "actual": 3}}
}

test_violating if {
	answer := decide(object.union(subject, {"asserted": 0}))
	answer.applicable == true
	answer.checks == {"assertion": {"holds": false, "actual": 3}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["asserted"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"trust": 4, "entering_flows": 9, "asserted": 0}))
	answer.applicable == true
	answer.checks == {"assertion": {"holds": false, "actual": 4}}
}

test_below_it_is_not_applicable if {
	decide(object.union(subject, {"trust": 2})).applicable == false
}

test_where_nothing_enters_it_is_not_applicable if {
	decide(object.union(subject, {"entering_flows": 0})).applicable == false
}
