package limen.rules.keys.granted_users_test

import data.limen.rules.keys.granted_users

subject := {"uses": ["encrypt"], "grantees": 2, "users_not_granted": 0}

decide(given) := answer if {
	answer := {"applicable": granted_users.applicable, "checks": granted_users.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"users": {"holds": true, "actual": 0, "granted": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"users_not_granted": 1}))
	answer.applicable == true
	answer.checks == {"users": {"holds": false, "actual": 1, "granted": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["grantees"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"grantees": 0, "users_not_granted": 3}))
	answer.applicable == true
	answer.checks == {"users": {"holds": false, "actual": 3, "granted": 0}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
