package limen.rules.transit.fallback_test

import data.limen.rules.transit.fallback

subject := {"replaces": true, "fallback": {"known": true, "weaker": []}}

decide(given) := answer if {
	answer := {"applicable": fallback.applicable, "checks": fallback.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"primary": {"holds": true}, "strength": {"holds": true, "actual": []}}
}

test_violating if {
	answer := decide(object.union(subject, {"fallback": {"weaker": ["audit.ledger", "in_transit.tls.min"]}}))
	answer.applicable == true
	answer.checks == {
		"primary": {"holds": true},
		"strength": {"holds": false, "actual": ["audit.ledger", "in_transit.tls.min"]},
	}
}

test_unknown_primary_is_violating if {
	answer := decide(object.union(subject, {"fallback": {"known": false}}))
	answer.applicable == true
	answer.checks == {"primary": {"holds": false}, "strength": {"holds": true, "actual": []}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["fallback"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"fallback": {"known": false, "weaker": ["in_transit.channel"]}}))
	answer.applicable == true
	answer.checks == {
		"primary": {"holds": false},
		"strength": {"holds": false, "actual": ["in_transit.channel"]},
	}
}

test_replacing_nothing_is_not_applicable if {
	decide(object.union(subject, {"replaces": false})).applicable == false
}
