package limen.rules.operations.probe_reach_test

import data.limen.rules.operations.probe_reach

subject := {"probe": "kms", "endpoint": true, "credential": true, "needs_credential": true}

decide(given) := answer if {
	answer := {"applicable": probe_reach.applicable, "checks": probe_reach.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"endpoint": {"holds": true, "probe": "kms"}, "credential": {"holds": true, "probe": "kms"}}
}

test_violating if {
	answer := decide(object.union(subject, {"endpoint": false}))
	answer.applicable == true
	answer.checks == {"endpoint": {"holds": false, "probe": "kms"}, "credential": {"holds": true, "probe": "kms"}}
}

test_no_credential_is_violating if {
	answer := decide(object.union(subject, {"credential": false}))
	answer.applicable == true
	answer.checks == {"endpoint": {"holds": true, "probe": "kms"}, "credential": {"holds": false, "probe": "kms"}}
}

test_none_needed_conforms if {
	answer := decide(object.union(subject, {"probe": "tls", "credential": false, "needs_credential": false}))
	answer.applicable == true
	answer.checks == {"endpoint": {"holds": true, "probe": "tls"}, "credential": {"holds": true, "probe": "tls"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["endpoint"]))
	answer.applicable == true
	answer.checks == {"credential": {"holds": true, "probe": "kms"}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probe": "storage", "endpoint": false, "credential": false}))
	answer.applicable == true
	answer.checks == {"endpoint": {"holds": false, "probe": "storage"}, "credential": {"holds": false, "probe": "storage"}}
}
