package limen.rules.access.custody_logged_test

import data.limen.rules.access.custody_logged

subject := {"subjects": "human", "reads_identifying": true, "custody_logged": true, "held_by_principals": 2}

decide(given) := answer if {
	answer := {"applicable": custody_logged.applicable, "checks": custody_logged.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"custody": {"holds": true, "holders": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"custody_logged": false}))
	answer.applicable == true
	answer.checks == {"custody": {"holds": false, "holders": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["custody_logged"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"subjects": "any", "custody_logged": false}))
	answer.applicable == true
	answer.checks == {"custody": {"holds": false, "holders": 2}}
}

test_a_workload_is_not_applicable if {
	decide(object.union(subject, {"subjects": "workload", "custody_logged": false})).applicable == false
}

test_reading_nothing_identifying_is_not_applicable if {
	decide(object.union(subject, {"reads_identifying": false, "custody_logged": false})).applicable == false
}
