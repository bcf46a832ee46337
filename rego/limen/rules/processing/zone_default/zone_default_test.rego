package limen.rules.processing.zone_default_test

import data.limen.rules.processing.zone_default

subject := {
	"standing": {
		"protects_processing": true,
		"processing": {
			"envelope": true,
			"field_encryption": true,
			"zeroize": true,
			"plaintext_logging": "forbidden",
			"core_dumps": "disabled",
			"debug_output": "forbidden",
		},
	},
}

decide(given) := answer if {
	answer := {"applicable": zone_default.applicable, "checks": zone_default.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"zeroize": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_envelope if {
	answer := decide(object.union(subject, {"standing": {"processing": {"envelope": false}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": false},
		"fields": {"holds": true},
		"zeroize": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_fields if {
	answer := decide(object.union(subject, {"standing": {"processing": {"field_encryption": false}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": false},
		"zeroize": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_zeroize if {
	answer := decide(object.union(subject, {"standing": {"processing": {"zeroize": false}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"zeroize": {"holds": false},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_logging if {
	answer := decide(object.union(subject, {"standing": {"processing": {"plaintext_logging": "allowed"}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"zeroize": {"holds": true},
		"logging": {"holds": false, "actual": "allowed"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_dumps if {
	answer := decide(object.union(subject, {"standing": {"processing": {"core_dumps": "enabled"}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"zeroize": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": false, "actual": "enabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_violating_debug if {
	answer := decide(object.union(subject, {"standing": {"processing": {"debug_output": "undeclared"}}}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"zeroize": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": false, "actual": "undeclared"},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"standing": {
			"processing": {
				"envelope": false,
				"field_encryption": false,
				"zeroize": false,
				"plaintext_logging": "undeclared",
				"core_dumps": "undeclared",
				"debug_output": "allowed",
			},
		},
	}))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": false},
		"fields": {"holds": false},
		"zeroize": {"holds": false},
		"logging": {"holds": false, "actual": "undeclared"},
		"dumps": {"holds": false, "actual": "undeclared"},
		"debug": {"holds": false, "actual": "allowed"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["standing/processing/zeroize"]))
	answer.applicable == true
	answer.checks == {
		"envelope": {"holds": true},
		"fields": {"holds": true},
		"logging": {"holds": true, "actual": "forbidden"},
		"dumps": {"holds": true, "actual": "disabled"},
		"debug": {"holds": true, "actual": "forbidden"},
	}
}

test_no_default_is_not_applicable if {
	decide(object.union(subject, {"standing": {"protects_processing": false}})).applicable == false
}
