package limen.rules.conformance.storage_sealed_test

import data.limen.rules.conformance.storage_sealed

subject := {"form": "bucket", "seal": {"algorithm": "AES-256-GCM"}}

decide(given) := answer if {
	answer := {"applicable": storage_sealed.applicable, "checks": storage_sealed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"default": {"holds": true, "form": "bucket", "actual": "AES-256-GCM"}}
}

test_violating if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/seal/algorithm", "value": "none"}]))
	answer.applicable == true
	answer.checks == {"default": {"holds": false, "form": "bucket", "actual": "none"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["seal/algorithm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/form", "value": "volume"},
		{"op": "add", "path": "/seal/algorithm", "value": "other"},
	]))
	answer.applicable == true
	answer.checks == {"default": {"holds": false, "form": "volume", "actual": "other"}}
}

test_records_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "records"}])).applicable == false
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"bucket", "volume", "database"}
}
