package limen.rules.classification.origin_below_effective_test

import data.limen.rules.classification.origin_below_effective

subject := {"below_effective": true, "independent": true, "label": {"text": "internal {}"}}

decide(given) := answer if {
	answer := {"applicable": origin_below_effective.applicable, "checks": origin_below_effective.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"explained": {"holds": true, "actual": "internal {}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"independent": false}))
	answer.applicable == true
	answer.checks == {"explained": {"holds": false, "actual": "internal {}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["independent"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"independent": false, "label": {"text": "public {}"}}))
	answer.applicable == true
	answer.checks == {"explained": {"holds": false, "actual": "public {}"}}
}

test_not_below_is_not_applicable if decide(object.union(subject, {"below_effective": false})).applicable == false
