package limen.rules.conformance.tenancy_row_security_test

import data.limen.rules.conformance.tenancy_row_security

subject := {
	"what": "table",
	"partitioned": true,
	"row_security": "forced",
	"truncatable": false,
	"policies": {
		"permissive": 1,
		"constant": 0,
		"unbound": 0,
		"defaulted": 0,
		"checks_weak": 0,
		"checks_missing": 0,
	},
}

conforming := {
	"forced": {"holds": true, "actual": "forced"},
	"truncate": {"holds": true},
	"policy": {"holds": true},
	"column": {"holds": true},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_row_security.applicable, "checks": tenancy_row_security.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"row_security": "off"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"forced": {"holds": false, "actual": "off"}})
}

test_violating_forced_2 if {
	answer := decide(object.union(subject, {"row_security": "enabled"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"forced": {"holds": false, "actual": "enabled"}})
}

test_violating_truncate if {
	answer := decide(object.union(subject, {"truncatable": true}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"truncate": {"holds": false}})
}

test_violating_policy if {
	answer := decide(object.union(subject, {"policies": {"permissive": 0}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"policy": {"holds": false}})
}

test_policy_conforms_too_1 if {
	answer := decide(object.union(subject, {"policies": {"permissive": 2}}))
	answer.checks == object.union(conforming, {"policy": {"holds": true}})
}

test_violating_column if {
	answer := decide(object.union(subject, {"partitioned": false}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"column": {"holds": false}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["row_security"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["forced"])
}

test_missing_truncate if {
	answer := decide(json.remove(subject, ["truncatable"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["truncate"])
}

test_missing_policy if {
	answer := decide(json.remove(subject, ["policies/permissive"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["policy"])
}

test_still_applies if {
	answer := decide({
		"what": "table",
		"partitioned": false,
		"row_security": "off",
		"truncatable": true,
		"policies": {
			"permissive": 0,
			"constant": 0,
			"unbound": 0,
			"defaulted": 0,
			"checks_weak": 0,
			"checks_missing": 0,
		},
	})
	answer.applicable == true
	answer.checks == {
		"forced": {"holds": false, "actual": "off"},
		"truncate": {"holds": false},
		"policy": {"holds": false},
		"column": {"holds": false},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"table"}
}
