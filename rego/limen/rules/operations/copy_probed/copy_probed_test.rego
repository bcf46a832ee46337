package limen.rules.operations.copy_probed_test

import data.limen.rules.operations.copy_probed

subject := {"copies": 1, "probes": ["storage"]}

decide(given) := answer if {
	answer := {"applicable": copy_probed.applicable, "checks": copy_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true, "actual": 1}}
}

test_violating if {
	answer := decide(object.union(subject, {"probes": ["tls"]}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probes"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probes": [], "copies": 4}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false, "actual": 4}}
}

test_without_copies_it_is_not_applicable if {
	decide(object.union(subject, {"copies": 0})).applicable == false
}
