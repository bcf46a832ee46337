package limen.rules.conformance.ledger_recipe_test

import data.limen.rules.conformance.ledger_recipe

subject := {"format": "foreign", "linked": true, "unambiguous": true}

decide(given) := answer if {
	answer := {"applicable": ledger_recipe.applicable, "checks": ledger_recipe.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"linked": {"holds": true}, "unambiguous": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"unambiguous": false}))
	answer.applicable == true
	answer.checks == {"linked": {"holds": true}, "unambiguous": {"holds": false}}
}

test_missing_field if {
	answer := decide({"format": "foreign"})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"linked": false}))
	answer.applicable == true
	answer.checks == {"linked": {"holds": false}, "unambiguous": {"holds": true}}
}

test_limen_v1_is_not_applicable if decide(object.union(subject, {"format": "limen-v1"})).applicable == false
