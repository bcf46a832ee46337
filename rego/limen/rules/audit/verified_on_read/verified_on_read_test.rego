package limen.rules.audit.verified_on_read_test

import data.limen.rules.audit.verified_on_read

subject := {"verify_on_read": true, "used": 1}

decide(given) := answer if {
	answer := {"applicable": verified_on_read.applicable, "checks": verified_on_read.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"verified": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"verify_on_read": false}))
	answer.applicable == true
	answer.checks == {"verified": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["verify_on_read"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"verify_on_read": false, "used": 0}))
	answer.applicable == true
	answer.checks == {"verified": {"holds": false}}
}
