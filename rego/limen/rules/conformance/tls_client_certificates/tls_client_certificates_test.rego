package limen.rules.conformance.tls_client_certificates_test

import data.limen.rules.conformance.tls_client_certificates

subject := {"mutual": {"presented": true, "right_accepted": true, "expired_taken": false}}

decide(given) := answer if {
	answer := {
		"applicable": tls_client_certificates.applicable,
		"checks": tls_client_certificates.checks,
	}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"expired": {"holds": true}, "right": {"holds": true}}
}

test_an_expired_one_taken_is_violating if {
	answer := decide(object.union(subject, {"mutual": {"expired_taken": true}}))
	answer.applicable == true
	answer.checks == {"expired": {"holds": false}, "right": {"holds": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["mutual/expired_taken"]))
	answer.applicable == true
	answer.checks == {"right": {"holds": true}}
}

test_an_untried_right_one_is_a_missing_field if {
	answer := decide(json.remove(subject, ["mutual/right_accepted"]))
	answer.applicable == true
	answer.checks == {"expired": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"mutual": {"right_accepted": false, "weakest": "application"}}))
	answer.applicable == true
	answer.checks == {"expired": {"holds": true}, "right": {"holds": false}}
}

test_nothing_presented_is_not_applicable if {
	decide(object.union(subject, {"mutual": {"presented": false}})).applicable == false
}
