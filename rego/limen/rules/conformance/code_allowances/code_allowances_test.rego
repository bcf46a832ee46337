package limen.rules.conformance.code_allowances_test

import data.limen.rules.conformance.code_allowances

subject := {"what": "scan", "scan": {"unused_allowances": 0}}

decide(given) := answer if {
	answer := {"applicable": code_allowances.applicable, "checks": code_allowances.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"used": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"scan": {"unused_allowances": 1}}))
	answer.applicable == true
	answer.checks == {"used": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["scan/unused_allowances"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"scan": {"unused_allowances": 7}}))
	answer.applicable == true
	answer.checks == {"used": {"holds": false, "actual": 7}}
}

test_what_was_found_is_not_applicable if decide({"what": "finding"}).applicable == false
