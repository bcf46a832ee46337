package limen.rules.conformance.kms_automatic_rotation_test

import data.limen.rules.conformance.kms_automatic_rotation

parameters := {"rotation_delay": 86400}

subject := {"exists": true, "rotates_alone": true, "rotation_on": true, "rotation_overdue": 86400}

decide(given) := answer if {
	answer := {"applicable": kms_automatic_rotation.applicable, "checks": kms_automatic_rotation.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"switched_on": {"holds": true}, "in_time": {"holds": true, "actual": 86400, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"rotation_on": false}))
	answer.applicable == true
	answer.checks == {"switched_on": {"holds": false}, "in_time": {"holds": true, "actual": 86400, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["rotation_on"]))
	answer.applicable == true
	answer.checks == {"in_time": {"holds": true, "actual": 86400, "required": 86400}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"rotation_overdue": 86401}))
	answer.applicable == true
	answer.checks == {"switched_on": {"holds": true}, "in_time": {"holds": false, "actual": 86401, "required": 86400}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}

test_a_key_that_nobody_could_rotate_but_people_is_not_applicable if {
	decide(object.union(subject, {"rotates_alone": false})).applicable == false
}

test_versions_without_dates_are_missing if {
	decide(json.remove(subject, ["rotation_overdue"])).checks == {"switched_on": {"holds": true}}
}
