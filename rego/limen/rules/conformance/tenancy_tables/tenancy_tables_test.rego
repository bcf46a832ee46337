package limen.rules.conformance.tenancy_tables_test

import data.limen.rules.conformance.tenancy_tables

subject := {"what": "database", "tables": 4, "unjudged": 0, "absent": 0}

conforming := {
	"some": {"holds": true},
	"judged": {"holds": true, "actual": 0},
	"there": {"holds": true, "actual": 0},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_tables.applicable, "checks": tenancy_tables.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"tables": 0}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"some": {"holds": false}})
}

test_some_conforms_too_1 if {
	answer := decide(object.union(subject, {"tables": 1}))
	answer.checks == object.union(conforming, {"some": {"holds": true}})
}

test_violating_judged if {
	answer := decide(object.union(subject, {"unjudged": 1}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"judged": {"holds": false, "actual": 1}})
}

test_violating_there if {
	answer := decide(object.union(subject, {"absent": 1}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"there": {"holds": false, "actual": 1}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unjudged"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["judged"])
}

test_missing_there if {
	answer := decide(json.remove(subject, ["absent"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["there"])
}

test_still_applies if {
	answer := decide({"what": "database", "tables": 0, "unjudged": 1, "absent": 1})
	answer.applicable == true
	answer.checks == {
		"some": {"holds": false},
		"judged": {"holds": false, "actual": 1},
		"there": {"holds": false, "actual": 1},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"database"}
}
