package limen.rules.keys.idle_grants_test

import data.limen.rules.keys.idle_grants

subject := {"uses": ["encrypt"], "grantees": 2, "grantees_not_using": 0}

decide(given) := answer if {
	answer := {"applicable": idle_grants.applicable, "checks": idle_grants.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"grantees": {"holds": true, "actual": 0, "granted": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"grantees_not_using": 1}))
	answer.applicable == true
	answer.checks == {"grantees": {"holds": false, "actual": 1, "granted": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["grantees"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"grantees": 9, "grantees_not_using": 8}))
	answer.applicable == true
	answer.checks == {"grantees": {"holds": false, "actual": 8, "granted": 9}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
