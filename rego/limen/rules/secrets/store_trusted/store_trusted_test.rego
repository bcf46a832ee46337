package limen.rules.secrets.store_trusted_test

import data.limen.rules.secrets.store_trusted

parameters := {"custody_trust": 3}

subject := {"secrets": {"store": true, "store_trust": 3, "store_called": true}}

decide(given) := answer if {
	answer := {"applicable": store_trusted.applicable, "checks": store_trusted.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"trust": {"holds": true, "actual": 3, "required": 3}, "called": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"store_trust": 2}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false, "actual": 2, "required": 3}, "called": {"holds": true}}
}

test_a_store_that_nobody_asks_is_violating if {
	answer := decide(object.union(subject, {"secrets": {"store_called": false}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": true, "actual": 3, "required": 3}, "called": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/store_trust"]))
	answer.applicable == true
	answer.checks == {"called": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"store_trust": 0, "store_called": false}}))
	answer.applicable == true
	answer.checks == {"trust": {"holds": false, "actual": 0, "required": 3}, "called": {"holds": false}}
}

test_without_a_store_it_is_not_applicable if {
	decide(object.union(subject, {"secrets": {"store": false}})).applicable == false
}
