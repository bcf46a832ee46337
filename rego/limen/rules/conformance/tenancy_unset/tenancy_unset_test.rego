package limen.rules.conformance.tenancy_unset_test

import data.limen.rules.conformance.tenancy_unset

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
	"unset_read": {"holds": true},
	"unset_insert": {"holds": true},
	"unset_update": {"holds": true},
	"unset_delete": {"holds": true},
	"empty_read": {"holds": true},
	"empty_insert": {"holds": true},
	"empty_update": {"holds": true},
	"empty_delete": {"holds": true},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_unset.applicable, "checks": tenancy_unset.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"behaviour": {"unset": {"read": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unset_read": {"holds": false}})
}

test_violating_unset_insert if {
	answer := decide(object.union(subject, {"behaviour": {"unset": {"insert": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unset_insert": {"holds": false}})
}

test_violating_unset_update if {
	answer := decide(object.union(subject, {"behaviour": {"unset": {"update": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unset_update": {"holds": false}})
}

test_violating_unset_delete if {
	answer := decide(object.union(subject, {"behaviour": {"unset": {"delete": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"unset_delete": {"holds": false}})
}

test_violating_empty_read if {
	answer := decide(object.union(subject, {"behaviour": {"empty": {"read": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"empty_read": {"holds": false}})
}

test_violating_empty_insert if {
	answer := decide(object.union(subject, {"behaviour": {"empty": {"insert": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"empty_insert": {"holds": false}})
}

test_violating_empty_update if {
	answer := decide(object.union(subject, {"behaviour": {"empty": {"update": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"empty_update": {"holds": false}})
}

test_violating_empty_delete if {
	answer := decide(object.union(subject, {"behaviour": {"empty": {"delete": "admitted"}}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"empty_delete": {"holds": false}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["behaviour/unset/read"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unset_read"])
}

test_missing_unset_insert if {
	answer := decide(json.remove(subject, ["behaviour/unset/insert"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unset_insert"])
}

test_missing_unset_update if {
	answer := decide(json.remove(subject, ["behaviour/unset/update"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unset_update"])
}

test_missing_unset_delete if {
	answer := decide(json.remove(subject, ["behaviour/unset/delete"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["unset_delete"])
}

test_missing_empty_read if {
	answer := decide(json.remove(subject, ["behaviour/empty/read"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["empty_read"])
}

test_missing_empty_insert if {
	answer := decide(json.remove(subject, ["behaviour/empty/insert"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["empty_insert"])
}

test_missing_empty_update if {
	answer := decide(json.remove(subject, ["behaviour/empty/update"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["empty_update"])
}

test_missing_empty_delete if {
	answer := decide(json.remove(subject, ["behaviour/empty/delete"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["empty_delete"])
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
		"unset_read": {"holds": false},
		"unset_insert": {"holds": false},
		"unset_update": {"holds": false},
		"unset_delete": {"holds": false},
		"empty_read": {"holds": false},
		"empty_insert": {"holds": false},
		"empty_update": {"holds": false},
		"empty_delete": {"holds": false},
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
