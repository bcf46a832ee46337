package limen.rules.conformance.tenancy_rights_test

import data.limen.rules.conformance.tenancy_rights

subject := {"what": "view", "rights": "invoker"}

conforming := {"bound": {"holds": true, "actual": "invoker"}}

decide(given) := answer if {
	answer := {"applicable": tenancy_rights.applicable, "checks": tenancy_rights.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"rights": "definer"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"bound": {"holds": false, "actual": "definer"}})
}

test_violating_bound_2 if {
	answer := decide(object.union(subject, {"rights": "materialised"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"bound": {"holds": false, "actual": "materialised"}})
}

test_bound_conforms_too_1 if {
	answer := decide(object.union(subject, {"rights": "bound"}))
	answer.checks == object.union(conforming, {"bound": {"holds": true, "actual": "bound"}})
}

test_bound_conforms_too_2 if {
	answer := decide(object.union(subject, {"rights": "closed"}))
	answer.checks == object.union(conforming, {"bound": {"holds": true, "actual": "closed"}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rights"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["bound"])
}

test_still_applies if {
	answer := decide({"what": "view", "rights": "definer"})
	answer.applicable == true
	answer.checks == {"bound": {"holds": false, "actual": "definer"}}
}

test_what_is_judged if {
	judged := {what |
		some what in ["table", "view", "function", "ids", "database"]
		decide(object.union(subject, {"what": what})).applicable == true
	}
	judged == {"view", "function"}
}

test_a_function_is_judged if {
	answer := decide({"what": "function", "rights": "definer"})
	answer.applicable == true
	answer.checks == {"bound": {"holds": false, "actual": "definer"}}
}
