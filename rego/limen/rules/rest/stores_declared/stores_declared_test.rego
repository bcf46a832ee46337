package limen.rules.rest.stores_declared_test

import data.limen.rules.rest.stores_declared

subject := {"stores": 2, "stores_undeclared": 0}

decide(given) := answer if {
	answer := {"applicable": stores_declared.applicable, "checks": stores_declared.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"stores": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"stores_undeclared": 1}))
	answer.applicable == true
	answer.checks == {"stores": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["stores_undeclared"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"stores": 1, "stores_undeclared": 1}))
	answer.applicable == true
	answer.checks == {"stores": {"holds": false, "actual": 1}}
}

test_a_component_that_keeps_nothing_is_not_applicable if {
	decide(object.union(subject, {"stores": 0})).applicable == false
}
