package limen.rules.retention.legal_hold_test

import data.limen.rules.retention.legal_hold

subject := {"legal_hold": "supported"}

decide(given) := answer if {
	answer := {"applicable": legal_hold.applicable, "checks": legal_hold.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"hold": {"holds": true, "actual": "supported"}}
}

test_violating if {
	answer := decide(object.union(subject, {"legal_hold": "unsupported"}))
	answer.applicable == true
	answer.checks == {"hold": {"holds": false, "actual": "unsupported"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["legal_hold"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"legal_hold": "undeclared"}))
	answer.applicable == true
	answer.checks == {"hold": {"holds": false, "actual": "undeclared"}}
}
