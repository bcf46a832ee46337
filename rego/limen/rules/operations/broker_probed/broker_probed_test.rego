package limen.rules.operations.broker_probed_test

import data.limen.rules.operations.broker_probed

subject := {"brokered": true, "probes": ["brokers"]}

decide(given) := answer if {
	answer := {"applicable": broker_probed.applicable, "checks": broker_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"probes": ["tls"]}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probes"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probes": [], "trust": 9}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}

test_what_is_no_broker_is_not_applicable if {
	decide(object.union(subject, {"brokered": false})).applicable == false
}
