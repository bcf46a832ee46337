package limen.rules.conformance.kms_extractable_test

import data.limen.rules.conformance.kms_extractable

subject := {"exists": true, "ways_out": []}

decide(given) := answer if {
	answer := {"applicable": kms_extractable.applicable, "checks": kms_extractable.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"kept_inside": {"holds": true, "actual": []}}
}

test_violating if {
	answer := decide(object.union(subject, {"ways_out": ["export"]}))
	answer.applicable == true
	answer.checks == {"kept_inside": {"holds": false, "actual": ["export"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ways_out"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ways_out": ["earlier", "value"]}))
	answer.applicable == true
	answer.checks == {"kept_inside": {"holds": false, "actual": ["earlier", "value"]}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}
