package limen.rules.classification.origin_without_basis_test

import data.limen.rules.classification.origin_without_basis

subject := {
	"origin": true,
	"arrives_plaintext": false,
	"excess": false,
	"own_clearance": true,
	"basis": true,
	"label": {"text": "restricted {phi}"},
	"clearance": {"text": "restricted {phi}"},
}

decide(given) := answer if {
	answer := {"applicable": origin_without_basis.applicable, "checks": origin_without_basis.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": true, "actual": "restricted {phi}", "required": "restricted {phi}"},
		"basis": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"basis": false}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": true, "actual": "restricted {phi}", "required": "restricted {phi}"},
		"basis": {"holds": false},
	}
}

test_excess_is_violating if {
	answer := decide(object.union(subject, {"excess": true}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": false, "actual": "restricted {phi}", "required": "restricted {phi}"},
		"basis": {"holds": true},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["excess", "basis"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"excess": true, "own_clearance": false, "basis": false}))
	answer.applicable == true
	answer.checks == {
		"admitted": {"holds": false, "actual": "restricted {phi}", "required": "restricted {phi}"},
		"basis": {"holds": true},
	}
}

test_elsewhere_is_not_applicable if decide(object.union(subject, {"origin": false})).applicable == false

test_an_arrival_is_not_applicable if decide(object.union(subject, {"arrives_plaintext": true})).applicable == false

test_the_message_tells_label_and_clearance_apart if {
	answer := decide(object.union(subject, {"excess": true, "clearance": {"text": "internal {}"}}))
	answer.checks.admitted == {"holds": false, "actual": "restricted {phi}", "required": "internal {}"}
}
