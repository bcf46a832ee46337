package limen.rules.access.zone_basis_test

import data.limen.rules.access.zone_basis

subject := {"cleared": true, "standing": {"basis": true}, "clearance": {"text": "internal"}}

decide(given) := answer if {
	answer := {"applicable": zone_basis.applicable, "checks": zone_basis.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"basis": {"holds": true, "clearance": "internal"}}
}

test_violating if {
	answer := decide(object.union(subject, {"standing": {"basis": false}}))
	answer.applicable == true
	answer.checks == {"basis": {"holds": false, "clearance": "internal"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing/basis"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"standing": {"basis": false}, "trust": 0}))
	answer.applicable == true
	answer.checks == {"basis": {"holds": false, "clearance": "internal"}}
}

test_no_clearance_is_not_applicable if {
	decide(object.union(subject, {"cleared": false})).applicable == false
}
