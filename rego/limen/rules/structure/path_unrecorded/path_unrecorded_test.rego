package limen.rules.structure.path_unrecorded_test

import data.limen.rules.structure.path_unrecorded

subject := {"avoids_audit": false, "unaudited_crossings": 0, "label": {"text": "restricted {phi}"}}

decide(given) := answer if {
	answer := {"applicable": path_unrecorded.applicable, "checks": path_unrecorded.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"recorded": {"holds": true, "actual": 0, "label": "restricted {phi}"}}
}

test_violating if {
	answer := decide(object.union(subject, {"avoids_audit": true, "unaudited_crossings": 2}))
	answer.applicable == true
	answer.checks == {"recorded": {"holds": false, "actual": 2, "label": "restricted {phi}"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["avoids_audit"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"avoids_audit": true, "unaudited_crossings": 1}))
	answer.applicable == true
	answer.checks == {"recorded": {"holds": false, "actual": 1, "label": "restricted {phi}"}}
}
