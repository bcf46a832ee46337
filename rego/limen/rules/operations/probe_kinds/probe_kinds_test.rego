package limen.rules.operations.probe_kinds_test

import data.limen.rules.operations.probe_kinds

parameters := {"probe_kinds": ["code", "secrets"]}

subject := {"probes": ["code", "secrets", "tls"]}

decide(given) := answer if {
	answer := {"applicable": probe_kinds.applicable, "checks": probe_kinds.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"kinds": {"holds": true, "missing": []}}
}

test_violating if {
	answer := decide(object.union(subject, {"probes": ["code", "tls"]}))
	answer.applicable == true
	answer.checks == {"kinds": {"holds": false, "missing": ["secrets"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probes"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probes": []}))
	answer.applicable == true
	answer.checks == {"kinds": {"holds": false, "missing": ["code", "secrets"]}}
}
