package limen.rules.operations.probe_target_test

import data.limen.rules.operations.probe_target

subject := {"probe": "tls", "target": "flow", "fits": true}

decide(given) := answer if {
	answer := {"applicable": probe_target.applicable, "checks": probe_target.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"target": {"holds": true, "probe": "tls", "actual": "flow"}}
}

test_violating if {
	answer := decide(object.union(subject, {"target": "none", "fits": false}))
	answer.applicable == true
	answer.checks == {"target": {"holds": false, "probe": "tls", "actual": "none"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["fits"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probe": "kms", "target": "flow", "fits": false}))
	answer.applicable == true
	answer.checks == {"target": {"holds": false, "probe": "kms", "actual": "flow"}}
}
