package limen.rules.conformance.storage_trial_test

import data.limen.rules.conformance.storage_trial

subject := {
	"tried": true,
	"trial": {"delete": "refused", "bypass": "refused", "shorten": "refused", "hold": "refused"},
	"seal": {"effective": "AES-256-GCM"},
}

decide(given) := answer if {
	answer := {"applicable": storage_trial.applicable, "checks": storage_trial.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"delete": {"holds": true, "actual": "refused"},
		"bypass": {"holds": true, "actual": "refused"},
		"shorten": {"holds": true, "actual": "refused"},
		"hold": {"holds": true, "actual": "refused"},
		"sealed": {"holds": true, "actual": "AES-256-GCM"},
	}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/trial/delete", "value": "allowed"},
		{"op": "add", "path": "/trial/bypass", "value": "allowed"},
		{"op": "add", "path": "/trial/shorten", "value": "allowed"},
		{"op": "add", "path": "/trial/hold", "value": "allowed"},
		{"op": "add", "path": "/seal/effective", "value": "none"},
	]))
	answer.applicable == true
	answer.checks == {
		"delete": {"holds": false, "actual": "allowed"},
		"bypass": {"holds": false, "actual": "allowed"},
		"shorten": {"holds": false, "actual": "allowed"},
		"hold": {"holds": false, "actual": "allowed"},
		"sealed": {"holds": false, "actual": "none"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, [
		"trial/delete",
		"trial/bypass",
		"trial/shorten",
		"trial/hold",
		"seal/effective",
	]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/seal/effective", "value": "other"}]))
	answer.applicable == true
	answer.checks == {
		"delete": {"holds": true, "actual": "refused"},
		"bypass": {"holds": true, "actual": "refused"},
		"shorten": {"holds": true, "actual": "refused"},
		"hold": {"holds": true, "actual": "refused"},
		"sealed": {"holds": false, "actual": "other"},
	}
}

test_what_was_not_tried_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/tried", "value": false}])).applicable == false
}
