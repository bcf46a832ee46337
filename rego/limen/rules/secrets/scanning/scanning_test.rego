package limen.rules.secrets.scanning_test

import data.limen.rules.secrets.scanning

subject := {"secrets": {"declared": true, "scanned_in_ci": true}}

decide(given) := answer if {
	answer := {"applicable": scanning.applicable, "checks": scanning.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"scanned": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"scanned_in_ci": false}}))
	answer.applicable == true
	answer.checks == {"scanned": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/scanned_in_ci"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"declared": false, "scanned_in_ci": false}}))
	answer.applicable == true
	answer.checks == {"scanned": {"holds": false, "actual": false}}
}
