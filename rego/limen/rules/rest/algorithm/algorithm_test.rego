package limen.rules.rest.algorithm_test

import data.limen.rules.rest.algorithm

parameters := {"rest_algorithms": ["AES-256-GCM"], "rest_key_algorithms": ["AES-256"]}

subject := {
	"stores": 1,
	"keeps_ledger": false,
	"at_rest": {"algorithm": "AES-256-GCM", "key_algorithm": "AES-256"},
}

decide(given) := answer if {
	answer := {"applicable": algorithm.applicable, "checks": algorithm.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "AES-256-GCM", "required": ["AES-256-GCM"]},
		"key": {"holds": true, "actual": "AES-256", "required": ["AES-256"]},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"at_rest": {"algorithm": "AES-128-CBC"}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "AES-128-CBC", "required": ["AES-256-GCM"]},
		"key": {"holds": true, "actual": "AES-256", "required": ["AES-256"]},
	}
}

test_a_weak_key_is_violating if {
	answer := decide(object.union(subject, {"at_rest": {"key_algorithm": "AES-128"}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "AES-256-GCM", "required": ["AES-256-GCM"]},
		"key": {"holds": false, "actual": "AES-128", "required": ["AES-256"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["at_rest/key_algorithm"]))
	answer.applicable == true
	answer.checks == {"algorithm": {"holds": true, "actual": "AES-256-GCM", "required": ["AES-256-GCM"]}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"stores": 0,
		"keeps_ledger": true,
		"at_rest": {"algorithm": "3DES", "key_algorithm": "3DES"},
	}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "3DES", "required": ["AES-256-GCM"]},
		"key": {"holds": false, "actual": "3DES", "required": ["AES-256"]},
	}
}

test_unencrypted_is_not_applicable if {
	decide(object.union(subject, {"at_rest": {"algorithm": "none"}})).applicable == false
}

test_undeclared_is_not_applicable if {
	decide(object.union(subject, {"at_rest": {"algorithm": "undeclared"}})).applicable == false
}

test_storing_nothing_is_not_applicable if {
	decide(object.union(subject, {"stores": 0})).applicable == false
}
