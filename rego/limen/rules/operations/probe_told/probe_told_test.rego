package limen.rules.operations.probe_told_test

import data.limen.rules.operations.probe_told

decide(given) := answer if {
	answer := {"applicable": probe_told.applicable, "checks": probe_told.checks}
		with input as given
}

test_conforming if {
	answer := decide({"probe": "ledger", "untold": []})
	answer.applicable == true
	answer.checks == {"options": {"holds": true, "probe": "ledger", "missing": []}}
}

test_violating if {
	answer := decide({"probe": "ledger", "untold": ["anchors", "chain_keys"]})
	answer.applicable == true
	answer.checks == {"options": {"holds": false, "probe": "ledger", "missing": ["anchors", "chain_keys"]}}
}

test_missing_field if {
	answer := decide({"probe": "ledger"})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"probe": "leak", "untold": ["canaries"]})
	answer.applicable == true
	answer.checks == {"options": {"holds": false, "probe": "leak", "missing": ["canaries"]}}
}
