package limen.rules.conformance.tenancy_write_checks_test

import data.limen.rules.conformance.tenancy_write_checks

subject := {
	"what": "table",
	"policies": {
		"permissive": 1,
		"constant": 0,
		"unbound": 0,
		"defaulted": 0,
		"checks_weak": 0,
		"checks_missing": 0,
	},
}

conforming := {"bound": {"holds": true, "actual": 0}, "stated": {"holds": true, "actual": 0}}

decide(given) := answer if {
	answer := {"applicable": tenancy_write_checks.applicable, "checks": tenancy_write_checks.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"policies": {"checks_weak": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"bound": {"holds": false, "actual": 1}})
}

test_violating_stated if {
	answer := decide(object.union(subject, {"policies": {"checks_missing": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"stated": {"holds": false, "actual": 1}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["policies/checks_weak"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["bound"])
}

test_missing_stated if {
	answer := decide(json.remove(subject, ["policies/checks_missing"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["stated"])
}

test_still_applies if {
	answer := decide({
		"what": "table",
		"policies": {
			"permissive": 1,
			"constant": 0,
			"unbound": 0,
			"defaulted": 0,
			"checks_weak": 1,
			"checks_missing": 1,
		},
	})
	answer.applicable == true
	answer.checks == {"bound": {"holds": false, "actual": 1}, "stated": {"holds": false, "actual": 1}}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"table"}
}
