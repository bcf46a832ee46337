package limen.rules.conformance.brokers_access_test

import data.limen.rules.conformance.brokers_access

subject := {"protocol": "kafka", "anonymous": "refused", "default_password": "refused"}

conforming := {"anonymous": {"holds": true}, "password": {"holds": true, "actual": "refused"}}

decide(given) := answer if {
	answer := {"applicable": brokers_access.applicable, "checks": brokers_access.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == conforming
}

test_violating if {
	answer := decide(object.union(subject, {"anonymous": "admitted"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"anonymous": {"holds": false}})
}

test_violating_password if {
	answer := decide(object.union(subject, {"default_password": "admitted"}))
	answer.applicable == true
	answer.checks == object.union(conforming, {"password": {"holds": false, "actual": "admitted"}})
}

test_password_conforms_too_1 if {
	answer := decide(object.union(subject, {"default_password": "unasked"}))
	answer.checks == object.union(conforming, {"password": {"holds": true, "actual": "unasked"}})
}

test_missing_field if {
	answer := decide(json.remove(subject, ["anonymous"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["anonymous"])
}

test_missing_password if {
	answer := decide(json.remove(subject, ["default_password"]))
	answer.applicable == true
	answer.checks == object.remove(conforming, ["password"])
}

test_still_applies if {
	answer := decide({"protocol": "kafka", "anonymous": "admitted", "default_password": "admitted"})
	answer.applicable == true
	answer.checks == {"anonymous": {"holds": false}, "password": {"holds": false, "actual": "admitted"}}
}
