package limen.rules.structure.boundary_bypassed_test

import data.limen.rules.structure.boundary_bypassed

subject := {"avoids_ingress": false, "hops": 3, "label": {"text": "restricted {phi}"}}

decide(given) := answer if {
	answer := {"applicable": boundary_bypassed.applicable, "checks": boundary_bypassed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"checked": {"holds": true, "actual": 3, "label": "restricted {phi}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"avoids_ingress": true}))
	answer.applicable == true
	answer.checks == {"checked": {"holds": false, "actual": 3, "label": "restricted {phi}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["avoids_ingress"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"avoids_ingress": true, "hops": 1}))
	answer.applicable == true
	answer.checks == {"checked": {"holds": false, "actual": 1, "label": "restricted {phi}"}}
}
