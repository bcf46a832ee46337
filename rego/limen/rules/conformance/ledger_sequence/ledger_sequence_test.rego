package limen.rules.conformance.ledger_sequence_test

import data.limen.rules.conformance.ledger_sequence

none := {"record": 0, "offset": 0, "kind": "none", "expected": "not shown", "found": "not shown"}

fault := {"record": 12, "offset": 340, "kind": "gap", "expected": "12", "found": "14"}

subject := {"records": 1, "sequence": object.union(none, {"faults": 0})}

decide(given) := answer if {
	answer := {"applicable": ledger_sequence.applicable, "checks": ledger_sequence.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sequence": object.union(none, {"holds": true, "actual": 0})}
}

test_violating if {
	answer := decide(object.union(subject, {"sequence": object.union(fault, {"faults": 1})}))
	answer.applicable == true
	answer.checks == {"sequence": object.union(fault, {"holds": false, "actual": 1})}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["sequence/faults"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	second := object.union(fault, {"record": 2, "offset": 700})
	answer := decide(object.union(subject, {"sequence": object.union(second, {"faults": 3})}))
	answer.applicable == true
	answer.checks == {"sequence": object.union(second, {"holds": false, "actual": 3})}
}

test_without_records_it_is_not_applicable if decide(object.union(subject, {"records": 0})).applicable == false

test_a_fault_whose_place_is_not_told_is_violating if {
	answer := decide(object.union(subject, {"sequence": object.union(none, {"faults": 1})}))
	answer.checks == {"sequence": object.union(none, {"holds": false, "actual": 1})}
}
