package limen.rules.access.idle_data_test

import data.limen.rules.access.idle_data

subject := {"use": {"idle_origins": 0, "unbrought": 0, "unkept": 0}}

decide(given) := answer if {
	answer := {"applicable": idle_data.applicable, "checks": idle_data.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"goes": {"holds": true, "actual": 0},
		"comes": {"holds": true, "actual": 0},
		"stays": {"holds": true, "actual": 0},
	}
}

test_violating_origin if {
	answer := decide(object.union(subject, {"use": {"idle_origins": 1}}))
	answer.applicable == true
	answer.checks == {
		"goes": {"holds": false, "actual": 1},
		"comes": {"holds": true, "actual": 0},
		"stays": {"holds": true, "actual": 0},
	}
}

test_violating_store if {
	answer := decide(object.union(subject, {"use": {"unbrought": 2}}))
	answer.applicable == true
	answer.checks == {
		"goes": {"holds": true, "actual": 0},
		"comes": {"holds": false, "actual": 2},
		"stays": {"holds": true, "actual": 0},
	}
}

test_violating_arrival if {
	answer := decide(object.union(subject, {"use": {"unkept": 4}}))
	answer.applicable == true
	answer.checks == {
		"goes": {"holds": true, "actual": 0},
		"comes": {"holds": true, "actual": 0},
		"stays": {"holds": false, "actual": 4},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/unbrought"]))
	answer.applicable == true
	answer.checks == {"goes": {"holds": true, "actual": 0}, "stays": {"holds": true, "actual": 0}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"idle_origins": 3, "unbrought": 1, "unkept": 2}}))
	answer.applicable == true
	answer.checks == {
		"goes": {"holds": false, "actual": 3},
		"comes": {"holds": false, "actual": 1},
		"stays": {"holds": false, "actual": 2},
	}
}
