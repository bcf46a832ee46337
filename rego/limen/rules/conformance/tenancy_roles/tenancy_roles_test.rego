package limen.rules.conformance.tenancy_roles_test

import data.limen.rules.conformance.tenancy_roles

subject := {"what": "database", "roles": {"tried": 1, "superusers": 0, "bypassing": 0, "owners": 0}}

conforming := {
	"superuser": {"holds": true, "actual": 0},
	"bypass": {"holds": true, "actual": 0},
	"owner": {"holds": true, "actual": 0},
}

decide(given) := answer if {
	answer := {"applicable": tenancy_roles.applicable, "checks": tenancy_roles.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"roles": {"superusers": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"superuser": {"holds": false, "actual": 1}})
}

test_violating_bypass if {
	answer := decide(object.union(subject, {"roles": {"bypassing": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"bypass": {"holds": false, "actual": 1}})
}

test_violating_owner if {
	answer := decide(object.union(subject, {"roles": {"owners": 1}}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"owner": {"holds": false, "actual": 1}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["roles/superusers"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["superuser"])
}

test_missing_bypass if {
	answer := decide(json.remove(subject, ["roles/bypassing"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["bypass"])
}

test_missing_owner if {
	answer := decide(json.remove(subject, ["roles/owners"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["owner"])
}

test_still_applies if {
	answer := decide({
		"what": "database",
		"roles": {"tried": 1, "superusers": 1, "bypassing": 1, "owners": 1},
	})
	answer.applicable == true
	answer.checks == {
		"superuser": {"holds": false, "actual": 1},
		"bypass": {"holds": false, "actual": 1},
		"owner": {"holds": false, "actual": 1},
	}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"database"}
}
