package limen.rules.tenancy.transfer_route_test

import data.limen.rules.tenancy.transfer_route

subject := {"flows": 2, "unknown_flows": 0, "connected": true, "tenants": 2}

decide(given) := answer if {
	answer := {"applicable": transfer_route.applicable, "checks": transfer_route.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": true, "actual": 0, "count": 2},
		"connected": {"holds": true},
		"tenants": {"holds": true, "actual": 2, "required": 2},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"unknown_flows": 1}))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": false, "actual": 1, "count": 2},
		"connected": {"holds": true},
		"tenants": {"holds": true, "actual": 2, "required": 2},
	}
}

test_one_flow_conforms if {
	answer := decide(object.union(subject, {"flows": 1}))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": true, "actual": 0, "count": 1},
		"connected": {"holds": true},
		"tenants": {"holds": true, "actual": 2, "required": 2},
	}
}

test_a_gap_is_violating if {
	answer := decide(object.union(subject, {"connected": false}))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": true, "actual": 0, "count": 2},
		"connected": {"holds": false},
		"tenants": {"holds": true, "actual": 2, "required": 2},
	}
}

test_one_tenant_is_violating if {
	answer := decide(object.union(subject, {"tenants": 1}))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": true, "actual": 0, "count": 2},
		"connected": {"holds": true},
		"tenants": {"holds": false, "actual": 1, "required": 2},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["connected"]))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": true, "actual": 0, "count": 2},
		"tenants": {"holds": true, "actual": 2, "required": 2},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {"flows": 0, "connected": false, "tenants": 0}))
	answer.applicable == true
	answer.checks == {
		"flows": {"holds": false, "actual": 0, "count": 0},
		"connected": {"holds": false},
		"tenants": {"holds": false, "actual": 0, "required": 2},
	}
}

test_three_tenants_are_violating if {
	decide(object.union(subject, {"tenants": 3})).checks.tenants == {"holds": false, "actual": 3, "required": 2}
}
