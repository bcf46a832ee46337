package limen.rules.secrets.store_test

import data.limen.rules.secrets.store

subject := {"secrets": {"declared": true, "store": true}}

decide(given) := answer if {
	answer := {"applicable": store.applicable, "checks": store.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"store": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": true}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/store"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"declared": false, "store": false}}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": false}}
}
