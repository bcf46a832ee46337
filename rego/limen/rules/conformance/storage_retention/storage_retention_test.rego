package limen.rules.conformance.storage_retention_test

import data.limen.rules.conformance.storage_retention

subject := {
	"form": "records",
	"records": {"gap": 0, "unexplained": 0, "early": 0, "unapproved": 0},
}

decide(given) := answer if {
	answer := {"applicable": storage_retention.applicable, "checks": storage_retention.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"reach": {"holds": true, "actual": 0},
		"explained": {"holds": true, "actual": 0},
		"early": {"holds": true, "actual": 0},
		"approved": {"holds": true, "actual": 0},
	}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/records/gap", "value": 86400},
		{"op": "add", "path": "/records/unexplained", "value": 1},
		{"op": "add", "path": "/records/early", "value": 2},
		{"op": "add", "path": "/records/unapproved", "value": 3},
	]))
	answer.applicable == true
	answer.checks == {
		"reach": {"holds": false, "actual": 86400},
		"explained": {"holds": false, "actual": 1},
		"early": {"holds": false, "actual": 2},
		"approved": {"holds": false, "actual": 3},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, [
		"records/gap",
		"records/unexplained",
		"records/early",
		"records/unapproved",
	]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/records/gap", "value": 1}]))
	answer.applicable == true
	answer.checks == {
		"reach": {"holds": false, "actual": 1},
		"explained": {"holds": true, "actual": 0},
		"early": {"holds": true, "actual": 0},
		"approved": {"holds": true, "actual": 0},
	}
}

test_a_bucket_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "bucket"}])).applicable == false
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"records"}
}
