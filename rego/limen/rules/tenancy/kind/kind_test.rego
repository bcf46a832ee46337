package limen.rules.tenancy.kind_test

import data.limen.rules.tenancy.kind

subject := {"components": 1, "kind_fits": true}

decide(given) := answer if {
	answer := {"applicable": kind.applicable, "checks": kind.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"fits": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"kind_fits": false}))
	answer.applicable == true
	answer.checks == {"fits": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["kind_fits"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"components": 3, "kind_fits": false}))
	answer.applicable == true
	answer.checks == {"fits": {"holds": false}}
}

test_a_tenant_of_nothing_is_not_applicable if {
	decide(object.union(subject, {"components": 0})).applicable == false
}
