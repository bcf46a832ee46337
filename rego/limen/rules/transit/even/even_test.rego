package limen.rules.transit.even_test

import data.limen.rules.transit.even

subject := {"moves": 2, "uneven": []}

decide(given) := answer if {
	answer := {"applicable": even.applicable, "checks": even.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"peers": {"holds": true, "actual": []}}
}

test_violating if {
	answer := decide(object.union(subject, {"uneven": ["protection"]}))
	answer.applicable == true
	answer.checks == {"peers": {"holds": false, "actual": ["protection"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["uneven"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 1, "uneven": ["fields", "via"]}))
	answer.applicable == true
	answer.checks == {"peers": {"holds": false, "actual": ["fields", "via"]}}
}

test_an_empty_flow_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
