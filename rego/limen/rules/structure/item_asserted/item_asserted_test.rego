package limen.rules.structure.item_asserted_test

import data.limen.rules.structure.item_asserted

parameters := {"asserted_level": 3}

subject := {"label": {"level": 3, "text": "restricted"}, "asserted": 1}

decide(given) := answer if {
	answer := {"applicable": item_asserted.applicable, "checks": item_asserted.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"assertion": {"holds": true, "actual": "restricted"}}
}

test_violating if {
	answer := decide(object.union(subject, {"asserted": 0}))
	answer.applicable == true
	answer.checks == {"assertion": {"holds": false, "actual": "restricted"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["asserted"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"label": {"level": 4, "text": "top"}, "asserted": 0}))
	answer.applicable == true
	answer.checks == {"assertion": {"holds": false, "actual": "top"}}
}

test_below_it_is_not_applicable if {
	decide(object.union(subject, {"label": {"level": 2}})).applicable == false
}
