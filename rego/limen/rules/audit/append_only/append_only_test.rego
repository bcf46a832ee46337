package limen.rules.audit.append_only_test

import data.limen.rules.audit.append_only

subject := {"append_only": true, "used": 1}

decide(given) := answer if {
	answer := {"applicable": append_only.applicable, "checks": append_only.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"append_only": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"append_only": false}))
	answer.applicable == true
	answer.checks == {"append_only": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["append_only"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"append_only": false, "used": 0}))
	answer.applicable == true
	answer.checks == {"append_only": {"holds": false}}
}
