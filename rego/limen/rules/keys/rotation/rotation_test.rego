package limen.rules.keys.rotation_test

import data.limen.rules.keys.rotation

parameters := {"rotation_maximum": 31536000}

subject := {"uses": ["encrypt"], "rotates": true, "rotation": 31536000}

decide(given) := answer if {
	answer := {"applicable": rotation.applicable, "checks": rotation.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"interval": {"holds": true, "actual": 31536000, "required": 31536000},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"rotation": 31536001}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"interval": {"holds": false, "actual": 31536001, "required": 31536000},
	}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"rotates": false}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"interval": {"holds": true, "actual": 31536000, "required": 31536000},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rotation"]))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"rotates": false, "rotation": 999999999}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"interval": {"holds": false, "actual": 999999999, "required": 31536000},
	}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
