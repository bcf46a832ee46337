package limen.rules.ingress.refuses_test

import data.limen.rules.ingress.refuses

parameters := {"refused_products": ["discontinued", "unregistered"]}

subject := {"entry": true, "ingress": {"product_identifiers": 2, "refuses": ["discontinued", "unregistered"]}}

decide(given) := answer if {
	answer := {"applicable": refuses.applicable, "checks": refuses.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"refused": {"holds": true, "actual": [], "required": ["discontinued", "unregistered"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"ingress": {"refuses": ["unregistered"]}}))
	answer.applicable == true
	answer.checks == {
		"refused": {"holds": false, "actual": ["discontinued"], "required": ["discontinued", "unregistered"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ingress/refuses"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ingress": {"product_identifiers": 1, "refuses": []}}))
	answer.applicable == true
	answer.checks == {
		"refused": {"holds": false, "actual": ["discontinued", "unregistered"], "required": ["discontinued", "unregistered"]},
	}
}

test_inside_is_not_applicable if decide(object.union(subject, {"entry": false})).applicable == false

test_without_identifiers_is_not_applicable if {
	decide(object.union(subject, {"ingress": {"product_identifiers": 0}})).applicable == false
}
