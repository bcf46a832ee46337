package limen.rules.conformance.tenancy_ids_test

import data.limen.rules.conformance.tenancy_ids

subject := {"what": "ids", "ids": {"tenants": 2, "mismatched": 0, "colliding": 0, "reused": 0, "incomplete": 0}}

conforming := {
	"derived": {"holds": true, "actual": 0},
	"unique": {"holds": true, "actual": 0},
	"single": {"holds": true, "actual": 0},
	"complete": {"holds": true, "actual": 0},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_ids.applicable, "checks": tenancy_ids.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"ids": {"mismatched": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"derived": {"holds": false, "actual": 1}})
}

test_violating_unique if {
	answer := decide(object.union(subject, {"ids": {"colliding": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unique": {"holds": false, "actual": 1}})
}

test_violating_single if {
	answer := decide(object.union(subject, {"ids": {"reused": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"single": {"holds": false, "actual": 1}})
}

test_violating_complete if {
	answer := decide(object.union(subject, {"ids": {"incomplete": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"complete": {"holds": false, "actual": 1}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["ids/mismatched"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["derived"])
}

test_missing_unique if {
	answer := decide(json.remove(subject, ["ids/colliding"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unique"])
}

test_missing_single if {
	answer := decide(json.remove(subject, ["ids/reused"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["single"])
}

test_missing_complete if {
	answer := decide(json.remove(subject, ["ids/incomplete"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["complete"])
}

test_still_applies if {
	answer := decide({
		"what": "ids",
		"ids": {"tenants": 2, "mismatched": 1, "colliding": 1, "reused": 1, "incomplete": 1},
	})
	answer.applicable == true
	answer.checks == {
		"derived": {"holds": false, "actual": 1},
		"unique": {"holds": false, "actual": 1},
		"single": {"holds": false, "actual": 1},
		"complete": {"holds": false, "actual": 1},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"ids"}
}
