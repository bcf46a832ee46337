package limen.rules.ingress.quarantine_shut_test

import data.limen.rules.ingress.quarantine_shut

subject := {"quarantine": true, "use": {"quarantine_open": 0}}

decide(given) := answer if {
	answer := {"applicable": quarantine_shut.applicable, "checks": quarantine_shut.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"shut": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"use": {"quarantine_open": 2}}))
	answer.applicable == true
	answer.checks == {"shut": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["use/quarantine_open"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"use": {"quarantine_open": 1}}))
	answer.applicable == true
	answer.checks == {"shut": {"holds": false, "actual": 1}}
}

test_no_quarantine_is_not_applicable if {
	decide(object.union(subject, {"quarantine": false})).applicable == false
}
