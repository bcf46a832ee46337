package limen.rules.tenancy.binding_test

import data.limen.rules.tenancy.binding

parameters := {
	"binding_algorithms": ["HMAC-SHA-256"],
	"binding_inputs_allowed": ["dea_number", "npi"],
}

subject := {
	"components": 1,
	"binding": {
		"declared": true,
		"algorithm": "HMAC-SHA-256",
		"key": true,
		"inputs": ["dea_number", "npi"],
		"undeclared_inputs": 0,
	},
}

decide(given) := answer if {
	answer := {"applicable": binding.applicable, "checks": binding.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
		"given": {"holds": true, "actual": 2, "absent": 0},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]},
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"binding": {"algorithm": "SHA-256"}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": false, "actual": "SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
		"given": {"holds": true, "actual": 2, "absent": 0},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]},
		},
	}
}

test_mutable_input_is_violating if {
	answer := decide(object.union(subject, {"binding": {"inputs": ["dea_number", "trading_name"]}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
		"given": {"holds": true, "actual": 2, "absent": 0},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": false, "actual": "trading_name", "required": ["dea_number", "npi"]},
		},
	}
}

test_one_input_conforms if {
	answer := decide(object.union(subject, {"binding": {"inputs": ["npi"]}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
		"given": {"holds": true, "actual": 1, "absent": 0},
		"input": {0: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]}},
	}
}

test_unkeyed_is_violating if {
	answer := decide(object.union(subject, {"binding": {"key": false}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": false},
		"given": {"holds": true, "actual": 2, "absent": 0},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]},
		},
	}
}

test_an_input_without_value_is_violating if {
	answer := decide(object.union(subject, {"binding": {"undeclared_inputs": 1}}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
		"given": {"holds": false, "actual": 2, "absent": 1},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]},
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["binding/algorithm"]))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"key": {"holds": true},
		"given": {"holds": true, "actual": 2, "absent": 0},
		"input": {
			0: {"holds": true, "actual": "dea_number", "required": ["dea_number", "npi"]},
			1: {"holds": true, "actual": "npi", "required": ["dea_number", "npi"]},
		},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"binding": {"declared": false, "algorithm": "none", "key": false, "inputs": []},
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"algorithm": {"holds": false, "actual": "none", "required": ["HMAC-SHA-256"]},
		"key": {"holds": false},
		"given": {"holds": false, "actual": 0, "absent": 0},
		"input": {},
	}
}

test_a_tenant_without_components_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
