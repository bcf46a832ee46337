package limen.rules.audit.anchored_test

import data.limen.rules.audit.anchored

parameters := {"anchor_maximum": 3600}

subject := {"anchors": {"declared": true, "elsewhere": true, "every": 3600}}

decide(given) := answer if {
	answer := {"applicable": anchored.applicable, "checks": anchored.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"elsewhere": {"holds": true},
		"interval": {"holds": true, "actual": 3600, "required": 3600},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"anchors": {"every": 3601}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"elsewhere": {"holds": true},
		"interval": {"holds": false, "actual": 3601, "required": 3600},
	}
}

test_a_witness_at_home_is_violating if {
	answer := decide(object.union(subject, {"anchors": {"elsewhere": false}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"elsewhere": {"holds": false},
		"interval": {"holds": true, "actual": 3600, "required": 3600},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["anchors/every"]))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "elsewhere": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"anchors": {"declared": false, "elsewhere": false, "every": 86400},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"elsewhere": {"holds": false},
		"interval": {"holds": false, "actual": 86400, "required": 3600},
	}
}
