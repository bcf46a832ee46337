package limen.rules.tenancy.registration_unique_test

import data.limen.rules.tenancy.registration_unique

subject := {"components": 1, "same_registrations": 0}

decide(given) := answer if {
	answer := {"applicable": registration_unique.applicable, "checks": registration_unique.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"unique": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"same_registrations": 1}))
	answer.applicable == true
	answer.checks == {"unique": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["same_registrations"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"components": 4, "same_registrations": 2}))
	answer.applicable == true
	answer.checks == {"unique": {"holds": false, "actual": 2}}
}

test_a_tenant_of_nothing_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
