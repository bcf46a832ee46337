package limen.rules.tenancy.transfer_acknowledgement_test

import data.limen.rules.tenancy.transfer_acknowledgement

parameters := {"acknowledgement_maximum": 86400}

subject := {"acknowledge_within": 86400}

decide(given) := answer if {
	answer := {"applicable": transfer_acknowledgement.applicable, "checks": transfer_acknowledgement.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"deadline": {"holds": true, "actual": 86400, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"acknowledge_within": 86401}))
	answer.applicable == true
	answer.checks == {"deadline": {"holds": false, "actual": 86401, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["acknowledge_within"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"acknowledge_within": 604800}))
	answer.applicable == true
	answer.checks == {"deadline": {"holds": false, "actual": 604800, "required": 86400}}
}
