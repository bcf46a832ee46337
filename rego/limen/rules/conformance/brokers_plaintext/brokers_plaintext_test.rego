package limen.rules.conformance.brokers_plaintext_test

import data.limen.rules.conformance.brokers_plaintext

subject := {"protocol": "kafka", "plaintext": "refused"}

conforming := {"refused": {"holds": true, "protocol": "kafka"}}

decide(given) := answer if {
	answer := {"applicable": brokers_plaintext.applicable, "checks": brokers_plaintext.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"plaintext": "answered"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"refused": {"holds": false, "protocol": "kafka"}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["plaintext"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["refused"])
}

test_still_applies if {
	answer := decide({"protocol": "kafka", "plaintext": "answered"})
	answer.applicable == true
	answer.checks == {"refused": {"holds": false, "protocol": "kafka"}}
}
