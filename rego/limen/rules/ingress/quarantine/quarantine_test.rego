package limen.rules.ingress.quarantine_test

import data.limen.rules.ingress.quarantine

subject := {"entry": true, "ingress": {"declared": true, "quarantine": true}}

decide(given) := answer if {
	answer := {"applicable": quarantine.applicable, "checks": quarantine.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"place": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"ingress": {"quarantine": false}}))
	answer.applicable == true
	answer.checks == {"place": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ingress/quarantine"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"ingress": {"declared": false, "quarantine": false}}))
	answer.applicable == true
	answer.checks == {"place": {"holds": false, "actual": false}}
}

test_inside_is_not_applicable if decide(object.union(subject, {"entry": false})).applicable == false
