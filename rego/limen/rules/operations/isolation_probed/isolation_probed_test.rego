package limen.rules.operations.isolation_probed_test

import data.limen.rules.operations.isolation_probed

subject := {"tenants_stored": 2, "probes": ["tenancy"]}

decide(given) := answer if {
	answer := {"applicable": isolation_probed.applicable, "checks": isolation_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true, "actual": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"probes": ["storage"]}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probes"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probes": [], "tenants_stored": 7}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 7}}
}

test_the_rows_of_one_are_not_applicable if {
	decide(object.union(subject, {"tenants_stored": 1})).applicable == false
}
