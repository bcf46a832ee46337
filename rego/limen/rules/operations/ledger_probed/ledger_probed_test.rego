package limen.rules.operations.ledger_probed_test

import data.limen.rules.operations.ledger_probed

subject := {"clock_source": "nts", "probed": true}

decide(given) := answer if {
	answer := {"applicable": ledger_probed.applicable, "checks": ledger_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"probed": false}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probed"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"clock_source": "undeclared", "probed": false}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}
