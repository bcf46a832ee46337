package limen.rules.conformance.tls_plaintext_test

import data.limen.rules.conformance.tls_plaintext

subject := {"channel": "tls", "plaintext": false, "plaintext_protocol": ""}

decide(given) := answer if {
	answer := {"applicable": tls_plaintext.applicable, "checks": tls_plaintext.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"refused": {"holds": true, "protocol": ""}}
}

test_violating if {
	answer := decide(object.union(subject, {"plaintext": true, "plaintext_protocol": "redis"}))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false, "protocol": "redis"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["plaintext"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"channel": "none", "plaintext": true, "plaintext_protocol": "https"}))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false, "protocol": "https"}}
}

test_ssh_is_not_applicable if decide(object.union(subject, {"channel": "ssh"})).applicable == false
