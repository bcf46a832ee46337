package limen.rules.tenancy.foreign_arrival_test

import data.limen.rules.tenancy.foreign_arrival

subject := {"foreign": true, "outside_transfer": false, "trust": 2}

decide(given) := answer if {
	answer := {"applicable": foreign_arrival.applicable, "checks": foreign_arrival.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"route": {"holds": true, "trust": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"outside_transfer": true}))
	answer.applicable == true
	answer.checks == {"route": {"holds": false, "trust": 2}}
}

test_a_mixed_instance_is_violating if {
	answer := decide(object.union(subject, {"foreign": false, "outside_transfer": true}))
	answer.applicable == true
	answer.checks == {"route": {"holds": false, "trust": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["trust"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"outside_transfer": true, "trust": 0}))
	answer.applicable == true
	answer.checks == {"route": {"holds": false, "trust": 0}}
}

test_an_own_instance_is_not_applicable if {
	decide(object.union(subject, {"foreign": false})).applicable == false
}
