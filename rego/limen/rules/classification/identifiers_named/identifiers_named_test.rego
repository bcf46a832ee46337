package limen.rules.classification.identifiers_named_test

import data.limen.rules.classification.identifiers_named

subject := {"unmarked_identifiers": 0, "unmarked_sensitive": 0}

decide(given) := answer if {
	answer := {"applicable": identifiers_named.applicable, "checks": identifiers_named.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"unmarked_identifiers": 1}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 1}}
}

test_unsealed_is_violating if {
	answer := decide(object.union(subject, {"unmarked_sensitive": 2}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unmarked_sensitive"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"unmarked_identifiers": 3, "unmarked_sensitive": 1}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 4}}
}

test_as_many_of_one_as_of_the_other_is_violating if {
	decide({"unmarked_identifiers": 2, "unmarked_sensitive": 2}).checks.named == {"holds": false, "actual": 4}
}
