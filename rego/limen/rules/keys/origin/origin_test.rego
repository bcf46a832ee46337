package limen.rules.keys.origin_test

import data.limen.rules.keys.origin

parameters := {"origins_allowed": ["hsm"], "origin_uses": ["sign", "wrap"]}

subject := {"uses": ["wrap"], "origin": "hsm"}

decide(given) := answer if {
	answer := {"applicable": origin.applicable, "checks": origin.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"origin": {"holds": true, "actual": "hsm", "uses": ["wrap"], "required": ["hsm"]}}
}

test_other_uses_conform if {
	answer := decide(object.union(subject, {"uses": ["encrypt"], "origin": "software"}))
	answer.applicable == true
	answer.checks == {"origin": {"holds": true, "actual": "software", "uses": [], "required": ["hsm"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"origin": "software"}))
	answer.applicable == true
	answer.checks == {
		"origin": {"holds": false, "actual": "software", "uses": ["wrap"], "required": ["hsm"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["origin"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["encrypt", "sign", "wrap"], "origin": "imported"}))
	answer.applicable == true
	answer.checks == {
		"origin": {
			"holds": false,
			"actual": "imported",
			"uses": ["sign", "wrap"],
			"required": ["hsm"],
		},
	}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
