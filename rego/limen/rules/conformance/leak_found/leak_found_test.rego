package limen.rules.conformance.leak_found_test

import data.limen.rules.conformance.leak_found

subject := {"canaries": 1, "clear": 0, "encoded": 0}

decide(given) := answer if {
	answer := {"applicable": leak_found.applicable, "checks": leak_found.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"clear": {"holds": true, "actual": 0, "canaries": 1},
		"encoded": {"holds": true, "actual": 0, "canaries": 1},
	}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/clear", "value": 1},
		{"op": "add", "path": "/encoded", "value": 1},
	]))
	answer.applicable == true
	answer.checks == {
		"clear": {"holds": false, "actual": 1, "canaries": 1},
		"encoded": {"holds": false, "actual": 1, "canaries": 1},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["clear", "encoded"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/canaries", "value": 5},
		{"op": "add", "path": "/clear", "value": 3},
	]))
	answer.applicable == true
	answer.checks == {
		"clear": {"holds": false, "actual": 3, "canaries": 5},
		"encoded": {"holds": true, "actual": 0, "canaries": 5},
	}
}

test_nothing_looked_for_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/canaries", "value": 0}])).applicable == false
}
