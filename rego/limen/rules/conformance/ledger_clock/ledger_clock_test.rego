package limen.rules.conformance.ledger_clock_test

import data.limen.rules.conformance.ledger_clock

none := {"record": 0, "offset": 0, "kind": "none", "expected": "not shown", "found": "not shown"}

fault := {"record": 12, "offset": 340, "kind": "clock_back", "expected": "12", "found": "14"}

past := {"holds": true, "actual": 1000, "required": 1000}

subject := {"records": 1, "clock": object.union(none, {"faults": 0}), "newest_at": 1000, "now": 1000}

decide(given) := answer if {
	answer := {"applicable": ledger_clock.applicable, "checks": ledger_clock.checks}
		with input as given
		with data.limen.parameters as {"skew_maximum": 60}
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"clock": object.union(none, {"holds": true, "actual": 0}), "future": past}
}

test_violating if {
	answer := decide(object.union(subject, {"clock": object.union(fault, {"faults": 1})}))
	answer.applicable == true
	answer.checks == {"clock": object.union(fault, {"holds": false, "actual": 1}), "future": past}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["clock/faults"]))
	answer.applicable == true
	answer.checks == {"future": {"holds": true, "actual": 1000, "required": 1000}}
}

test_still_applies if {
	second := object.union(fault, {"record": 2, "offset": 700})
	answer := decide(object.union(subject, {"clock": object.union(second, {"faults": 3})}))
	answer.applicable == true
	answer.checks == {"clock": object.union(second, {"holds": false, "actual": 3}), "future": past}
}

test_a_time_within_the_skew_conforms if {
	answer := decide(object.union(subject, {"newest_at": 1060}))
	answer.checks.future == {"holds": true, "actual": 1060, "required": 1000}
}

test_a_time_to_come_is_violating if {
	answer := decide(object.union(subject, {"newest_at": 1061}))
	answer.checks.future == {"holds": false, "actual": 1061, "required": 1000}
}

test_without_a_time_the_other_check_stays if {
	answer := decide(json.remove(subject, ["newest_at"]))
	object.keys(answer.checks) == {"clock"}
}

test_without_records_it_is_not_applicable if decide(object.union(subject, {"records": 0})).applicable == false

test_a_fault_whose_place_is_not_told_is_violating if {
	answer := decide(object.union(subject, {"clock": object.union(none, {"faults": 1})}))
	answer.checks == {"clock": object.union(none, {"holds": false, "actual": 1}), "future": past}
}
