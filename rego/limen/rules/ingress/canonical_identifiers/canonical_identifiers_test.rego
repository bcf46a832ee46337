package limen.rules.ingress.canonical_identifiers_test

import data.limen.rules.ingress.canonical_identifiers

subject := {"entry": true, "ingress": {"product_identifiers": 2, "uncanonical": 0}}

decide(given) := answer if {
	answer := {"applicable": canonical_identifiers.applicable, "checks": canonical_identifiers.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"canonical": {"holds": true, "actual": 0, "identifiers": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"ingress": {"uncanonical": 1}}))
	answer.applicable == true
	answer.checks == {"canonical": {"holds": false, "actual": 1, "identifiers": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ingress/uncanonical"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ingress": {"product_identifiers": 4, "uncanonical": 4}}))
	answer.applicable == true
	answer.checks == {"canonical": {"holds": false, "actual": 4, "identifiers": 4}}
}

test_inside_is_not_applicable if decide(object.union(subject, {"entry": false})).applicable == false

test_without_identifiers_is_not_applicable if {
	decide(object.union(subject, {"ingress": {"product_identifiers": 0}})).applicable == false
}

test_one_identifier_is_judged if {
	decide(object.union(subject, {"ingress": {"product_identifiers": 1}})).applicable == true
}
