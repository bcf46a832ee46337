package limen.rules.conformance.tenancy_policies_test

import data.limen.rules.conformance.tenancy_policies

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

conforming := {
	"constant": {"holds": true, "actual": 0},
	"unbound": {"holds": true, "actual": 0},
	"defaulted": {"holds": true, "actual": 0},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_policies.applicable, "checks": tenancy_policies.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"policies": {"constant": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"constant": {"holds": false, "actual": 1}})
}

test_violating_unbound if {
	answer := decide(object.union(subject, {"policies": {"unbound": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unbound": {"holds": false, "actual": 1}})
}

test_violating_defaulted if {
	answer := decide(object.union(subject, {"policies": {"defaulted": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"defaulted": {"holds": false, "actual": 1}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["policies/constant"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["constant"])
}

test_missing_unbound if {
	answer := decide(json.remove(subject, ["policies/unbound"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unbound"])
}

test_missing_defaulted if {
	answer := decide(json.remove(subject, ["policies/defaulted"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["defaulted"])
}

test_still_applies if {
	answer := decide({
		"what": "table",
		"policies": {
			"permissive": 1,
			"constant": 1,
			"unbound": 1,
			"defaulted": 1,
			"checks_weak": 0,
			"checks_missing": 0,
		},
	})
	answer.applicable == true
	answer.checks == {
		"constant": {"holds": false, "actual": 1},
		"unbound": {"holds": false, "actual": 1},
		"defaulted": {"holds": false, "actual": 1},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"table"}
}
