package limen.rules.conformance.tenancy_foreign_rows_test

import data.limen.rules.conformance.tenancy_foreign_rows

subject := {
	"what": "table",
	"partitioned": true,
	"behaviour": {
		"set": {"read": "refused", "insert": "refused", "update": "refused", "delete": "refused"},
		"unset": {"read": "refused", "insert": "refused", "update": "refused", "delete": "refused"},
		"empty": {"read": "refused", "insert": "refused", "update": "refused", "delete": "refused"},
	},
}

conforming := {
	"read": {"holds": true},
	"insert": {"holds": true},
	"update": {"holds": true},
	"delete": {"holds": true},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_foreign_rows.applicable, "checks": tenancy_foreign_rows.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"behaviour": {"set": {"read": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"read": {"holds": false}})
}

test_violating_insert if {
	answer := decide(object.union(subject, {"behaviour": {"set": {"insert": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"insert": {"holds": false}})
}

test_violating_update if {
	answer := decide(object.union(subject, {"behaviour": {"set": {"update": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"update": {"holds": false}})
}

test_violating_delete if {
	answer := decide(object.union(subject, {"behaviour": {"set": {"delete": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"delete": {"holds": false}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["behaviour/set/read"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["read"])
}

test_missing_insert if {
	answer := decide(json.remove(subject, ["behaviour/set/insert"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["insert"])
}

test_missing_update if {
	answer := decide(json.remove(subject, ["behaviour/set/update"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["update"])
}

test_missing_delete if {
	answer := decide(json.remove(subject, ["behaviour/set/delete"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["delete"])
}

test_still_applies if {
	answer := decide({
		"what": "table",
		"partitioned": true,
		"behaviour": {
			"set": {"read": "admitted", "insert": "admitted", "update": "admitted", "delete": "admitted"},
			"unset": {"read": "admitted", "insert": "admitted", "update": "admitted", "delete": "admitted"},
			"empty": {"read": "admitted", "insert": "admitted", "update": "admitted", "delete": "admitted"},
		},
	})
	answer.applicable == true
	answer.checks == {
		"read": {"holds": false},
		"insert": {"holds": false},
		"update": {"holds": false},
		"delete": {"holds": false},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"table", "view"}
}

test_a_table_without_the_column_is_not_applicable if {
	decide(object.union(subject, {"partitioned": false})).applicable == false
}

test_a_view_is_judged if decide(object.union(subject, {"what": "view"})).applicable == true
