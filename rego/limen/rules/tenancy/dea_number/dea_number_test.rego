package limen.rules.tenancy.dea_number_test

import data.limen.rules.tenancy.dea_number

subject := {"dea_number": true, "dea_number_checks": true}

decide(given) := answer if {
	answer := {"applicable": dea_number.applicable, "checks": dea_number.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"check_digit": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"dea_number_checks": false}))
	answer.applicable == true
	answer.checks == {"check_digit": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["dea_number_checks"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"dea_number": true, "dea_number_checks": false}))
	answer.applicable == true
	answer.checks == {"check_digit": {"holds": false}}
}

test_without_a_number_is_not_applicable if {
	decide(object.union(subject, {"dea_number": false})).applicable == false
}
