package limen.rules.conformance.storage_lock_test

import data.limen.rules.conformance.storage_lock

subject := {
	"form": "bucket",
	"write_once": true,
	"duty": 100,
	"lock": {"mode": "compliance", "retention": 100},
}

decide(given) := answer if {
	answer := {"applicable": storage_lock.applicable, "checks": storage_lock.checks}
		with input as given
		with data.limen.parameters as {"lock_modes": ["compliance"]}
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"mode": {"holds": true, "actual": "compliance", "required": ["compliance"]},
		"retention": {"holds": true, "actual": 100, "required": 100},
	}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/lock/mode", "value": "governance"},
		{"op": "add", "path": "/lock/retention", "value": 99},
	]))
	answer.applicable == true
	answer.checks == {
		"mode": {"holds": false, "actual": "governance", "required": ["compliance"]},
		"retention": {"holds": false, "actual": 99, "required": 100},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["lock/mode", "lock/retention"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/lock/mode", "value": "none"},
		{"op": "add", "path": "/lock/retention", "value": 0},
	]))
	answer.applicable == true
	answer.checks == {
		"mode": {"holds": false, "actual": "none", "required": ["compliance"]},
		"retention": {"holds": false, "actual": 0, "required": 100},
	}
}

test_a_bucket_of_other_things_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/write_once", "value": false}])).applicable == false
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
