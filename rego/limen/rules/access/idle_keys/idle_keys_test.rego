package limen.rules.access.idle_keys_test

import data.limen.rules.access.idle_keys

subject := {"use": {"idle_opening": 0, "idle_sealing": 0, "idle_signing": 0, "idle_verifying": 0}}

decide(given) := answer if {
	answer := {"applicable": idle_keys.applicable, "checks": idle_keys.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": true, "actual": 0},
		"seals": {"holds": true, "actual": 0},
		"signs": {"holds": true, "actual": 0},
		"verifies": {"holds": true, "actual": 0},
	}
}

test_violating_opening if {
	answer := decide(object.union(subject, {"use": {"idle_opening": 1}}))
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": false, "actual": 1},
		"seals": {"holds": true, "actual": 0},
		"signs": {"holds": true, "actual": 0},
		"verifies": {"holds": true, "actual": 0},
	}
}

test_violating_sealing if {
	answer := decide(object.union(subject, {"use": {"idle_sealing": 2}}))
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": true, "actual": 0},
		"seals": {"holds": false, "actual": 2},
		"signs": {"holds": true, "actual": 0},
		"verifies": {"holds": true, "actual": 0},
	}
}

test_violating_signing if {
	answer := decide(object.union(subject, {"use": {"idle_signing": 1}}))
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": true, "actual": 0},
		"seals": {"holds": true, "actual": 0},
		"signs": {"holds": false, "actual": 1},
		"verifies": {"holds": true, "actual": 0},
	}
}

test_violating_verifying if {
	answer := decide(object.union(subject, {"use": {"idle_verifying": 3}}))
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": true, "actual": 0},
		"seals": {"holds": true, "actual": 0},
		"signs": {"holds": true, "actual": 0},
		"verifies": {"holds": false, "actual": 3},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"use": {"idle_opening": 1, "idle_sealing": 1, "idle_signing": 1, "idle_verifying": 1},
	}))
	answer.applicable == true
	answer.checks == {
		"opens": {"holds": false, "actual": 1},
		"seals": {"holds": false, "actual": 1},
		"signs": {"holds": false, "actual": 1},
		"verifies": {"holds": false, "actual": 1},
	}
}
