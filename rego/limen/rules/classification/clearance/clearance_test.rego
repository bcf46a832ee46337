package limen.rules.classification.clearance_test

import data.limen.rules.classification.clearance

subject := {
	"arrives_plaintext": true,
	"excess": false,
	"own_clearance": false,
	"basis": false,
	"label": {"level": 1, "compartments": ["phi"], "text": "internal {phi}"},
	"clearance": {"level": 2, "compartments": ["phi"], "text": "confidential {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": clearance.applicable, "checks": clearance.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": true, "actual": "internal {phi}", "required": "confidential {phi}"},
		"basis": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"excess": true}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": false, "actual": "internal {phi}", "required": "confidential {phi}"},
		"basis": {"holds": true},
	}
}

test_own_clearance_without_basis_is_violating if {
	answer := decide(object.union(subject, {"own_clearance": true}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": true, "actual": "internal {phi}", "required": "confidential {phi}"},
		"basis": {"holds": false},
	}
}

test_own_clearance_with_basis_conforms if {
	answer := decide(object.union(subject, {"own_clearance": true, "basis": true}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": true, "actual": "internal {phi}", "required": "confidential {phi}"},
		"basis": {"holds": true},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["excess", "own_clearance"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"excess": true, "own_clearance": true}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": false, "actual": "internal {phi}", "required": "confidential {phi}"},
		"basis": {"holds": false},
	}
}

test_sealed_is_not_applicable if decide(object.union(subject, {"arrives_plaintext": false})).applicable == false
