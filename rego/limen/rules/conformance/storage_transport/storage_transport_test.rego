package limen.rules.conformance.storage_transport_test

import data.limen.rules.conformance.storage_transport

subject := {"form": "bucket", "tls_only": true}

decide(given) := answer if {
	answer := {"applicable": storage_transport.applicable, "checks": storage_transport.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"refused": {"holds": true}}
}

test_violating if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/tls_only", "value": false}]))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tls_only"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/tls_only", "value": false},
		{"op": "add", "path": "/form", "value": "bucket"},
	]))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false}}
}

test_a_volume_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "volume"}])).applicable == false
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"bucket"}
}
