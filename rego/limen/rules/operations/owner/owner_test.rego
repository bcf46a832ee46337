package limen.rules.operations.owner_test

import data.limen.rules.operations.owner

subject := {"owner": true}

decide(given) := answer if {
	answer := {"applicable": owner.applicable, "checks": owner.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"owner": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["owner"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"owner": false}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false}}
}
