package limen.rules.tenancy.custody_recorded_test

import data.limen.rules.tenancy.custody_recorded

subject := {"custody_log": "declared", "custody_records_flows": true}

decide(given) := answer if {
	answer := {"applicable": custody_recorded.applicable, "checks": custody_recorded.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"recorded": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"custody_records_flows": false}))
	answer.applicable == true
	answer.checks == {"recorded": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["custody_records_flows"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"custody_log": "unknown", "custody_records_flows": false}))
	answer.applicable == true
	answer.checks == {"recorded": {"holds": false}}
}

test_without_a_log_it_is_not_applicable if {
	decide(object.union(subject, {"custody_log": "undeclared"})).applicable == false
}
