package limen.rules.operations.verification_schedule_test

import data.limen.rules.operations.verification_schedule

parameters := {"verification_interval": 86400}

subject := {"verification": {"declared": true, "schedule": 86400}}

decide(given) := answer if {
	answer := {"applicable": verification_schedule.applicable, "checks": verification_schedule.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "often": {"holds": true, "actual": 86400, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"verification": {"schedule": 86401}}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}, "often": {"holds": false, "actual": 86401, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["verification/schedule"]))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"verification": {"declared": false, "schedule": 31536000}}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false}, "often": {"holds": false, "actual": 31536000, "required": 86400}}
}
