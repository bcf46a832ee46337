package limen.rules.classification.unlabelled_test

import data.limen.rules.classification.unlabelled

subject := {"labelled": true, "label": {"level": 2, "compartments": ["phi"], "text": "confidential {phi}"}}

decide(given) := answer if {
	answer := {"applicable": unlabelled.applicable, "checks": unlabelled.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"label": {"holds": true, "label": "confidential {phi}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"labelled": false}))
	answer.applicable == true
	answer.checks == {"label": {"holds": false, "label": "confidential {phi}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["labelled"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"labelled": false, "label": {"text": "top"}}))
	answer.applicable == true
	answer.checks == {"label": {"holds": false, "label": "top"}}
}
