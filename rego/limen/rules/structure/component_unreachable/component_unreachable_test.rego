package limen.rules.structure.component_unreachable_test

import data.limen.rules.structure.component_unreachable

subject := {"flows": 2, "reachable": true}

decide(given) := answer if {
	answer := {"applicable": component_unreachable.applicable, "checks": component_unreachable.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"connected": {"holds": true}, "reachable": {"holds": true, "actual": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"reachable": false}))
	answer.applicable == true
	answer.checks == {"connected": {"holds": true}, "reachable": {"holds": false, "actual": 2}}
}

test_isolated_is_violating if {
	answer := decide(object.union(subject, {"flows": 0}))
	answer.applicable == true
	answer.checks == {"connected": {"holds": false}, "reachable": {"holds": true, "actual": 0}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["flows", "reachable"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"flows": 0, "reachable": false}))
	answer.applicable == true
	answer.checks == {"connected": {"holds": false}, "reachable": {"holds": true, "actual": 0}}
}

test_one_flow_connects if {
	answer := decide(object.union(subject, {"flows": 1, "reachable": false}))
	answer.checks == {"connected": {"holds": true}, "reachable": {"holds": false, "actual": 1}}
}
