package limen.rules.operations.evidence_preserved_test

import data.limen.rules.operations.evidence_preserved

subject := {"incident_response": {"declared": true, "preserves_evidence": true}}

decide(given) := answer if {
	answer := {"applicable": evidence_preserved.applicable, "checks": evidence_preserved.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"preserved": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"incident_response": {"preserves_evidence": false}}))
	answer.applicable == true
	answer.checks == {"preserved": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["incident_response/preserves_evidence"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"incident_response": {"declared": false, "preserves_evidence": false}}))
	answer.applicable == true
	answer.checks == {"preserved": {"holds": false, "actual": false}}
}
