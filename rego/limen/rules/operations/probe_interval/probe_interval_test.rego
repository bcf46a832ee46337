package limen.rules.operations.probe_interval_test

import data.limen.rules.operations.probe_interval

parameters := {"probe_interval": 86400}

subject := {"probe": "tls", "every": 3600}

decide(given) := answer if {
	answer := {"applicable": probe_interval.applicable, "checks": probe_interval.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"every": {"holds": true, "probe": "tls", "actual": 3600, "required": 86400}}
}

test_the_interval_itself_conforms if {
	answer := decide(object.union(subject, {"every": 86400}))
	answer.applicable == true
	answer.checks == {"every": {"holds": true, "probe": "tls", "actual": 86400, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"every": 86401}))
	answer.applicable == true
	answer.checks == {"every": {"holds": false, "probe": "tls", "actual": 86401, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["every"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probe": "leak", "every": 999999}))
	answer.applicable == true
	answer.checks == {"every": {"holds": false, "probe": "leak", "actual": 999999, "required": 86400}}
}
