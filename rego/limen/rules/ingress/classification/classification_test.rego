package limen.rules.ingress.classification_test

import data.limen.rules.ingress.classification

subject := {"entry": true, "ingress": {"declared": true, "unclassified": 0}}

decide(given) := answer if {
	answer := {"applicable": classification.applicable, "checks": classification.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"classified": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"ingress": {"unclassified": 1}}))
	answer.applicable == true
	answer.checks == {"classified": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ingress/unclassified"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ingress": {"declared": false, "unclassified": 2}}))
	answer.applicable == true
	answer.checks == {"classified": {"holds": false, "actual": 2}}
}

test_inside_is_not_applicable if decide(object.union(subject, {"entry": false})).applicable == false
