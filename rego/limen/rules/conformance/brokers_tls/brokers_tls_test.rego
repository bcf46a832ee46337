package limen.rules.conformance.brokers_tls_test

import data.limen.rules.conformance.brokers_tls

parameters := {"tls_minimum": 12}

subject := {"protocol": "kafka", "encrypted": "answered", "tls": {"min": 13, "versions": [13]}}

conforming := {"minimum": {"holds": true, "actual": 13, "required": 12}}

decide(given) := answer if {
	answer := {"applicable": brokers_tls.applicable, "checks": brokers_tls.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"tls": {"min": 11}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"minimum": {"holds": false, "actual": 11, "required": 12}})
}

test_minimum_conforms_too_1 if {
	answer := decide(object.union(subject, {"tls": {"min": 12}}))
	answer.checks == object.union(conforming, {"minimum": {"holds": true, "actual": 12, "required": 12}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tls/min"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["minimum"])
}

test_still_applies if {
	answer := decide({"protocol": "kafka", "encrypted": "answered", "tls": {"min": 11, "versions": [13]}})
	answer.applicable == true
	answer.checks == {"minimum": {"holds": false, "actual": 11, "required": 12}}
}

test_a_listener_without_tls_is_not_applicable if {
	decide(object.union(subject, {"encrypted": "refused"})).applicable == false
}

test_what_could_not_be_seen_still_applies if {
	answer := decide({"protocol": "kafka", "encrypted": "unknown"})
	answer.applicable == true
	answer.checks == {}
}
