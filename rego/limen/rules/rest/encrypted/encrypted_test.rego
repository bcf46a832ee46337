package limen.rules.rest.encrypted_test

import data.limen.rules.rest.encrypted

subject := {
	"stores": 1,
	"keeps_ledger": false,
	"at_rest": {"algorithm": "AES-256-GCM", "key": true},
}

decide(given) := answer if {
	answer := {"applicable": encrypted.applicable, "checks": encrypted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "AES-256-GCM", "stores": 1},
		"key": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"at_rest": {"algorithm": "none"}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "none", "stores": 1},
		"key": {"holds": true},
	}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"at_rest": {"algorithm": "undeclared", "key": false}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "undeclared", "stores": 1},
		"key": {"holds": false},
	}
}

test_a_ledger_is_judged_too if {
	answer := decide(object.union(subject, {
		"stores": 0,
		"keeps_ledger": true,
		"at_rest": {"algorithm": "none"},
	}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "none", "stores": 0},
		"key": {"holds": true},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["at_rest"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"keeps_ledger": true,
		"at_rest": {"algorithm": "undeclared", "key": false},
	}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "undeclared", "stores": 1},
		"key": {"holds": false},
	}
}

test_storing_nothing_is_not_applicable if {
	decide(object.union(subject, {"stores": 0})).applicable == false
}
