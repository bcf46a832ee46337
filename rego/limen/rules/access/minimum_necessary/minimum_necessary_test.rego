package limen.rules.access.minimum_necessary_test

import data.limen.rules.access.minimum_necessary

subject := {"necessity": {"purpose": true, "identifying_items": 1, "needs_declared": true, "fields_beyond": 0}}

decide(given) := answer if {
	answer := {"applicable": minimum_necessary.applicable, "checks": minimum_necessary.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"purpose": {"holds": true, "items": 1},
		"needs": {"holds": true},
		"fields": {"holds": true, "actual": 0},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"necessity": {"fields_beyond": 2}}))
	answer.applicable == true
	answer.checks == {
		"purpose": {"holds": true, "items": 1},
		"needs": {"holds": true},
		"fields": {"holds": false, "actual": 2},
	}
}

test_without_purpose_is_violating if {
	answer := decide(object.union(subject, {"necessity": {"purpose": false}}))
	answer.applicable == true
	answer.checks == {
		"purpose": {"holds": false, "items": 1},
		"needs": {"holds": true},
		"fields": {"holds": true, "actual": 0},
	}
}

test_without_needs_is_violating if {
	answer := decide(object.union(subject, {"necessity": {"needs_declared": false}}))
	answer.applicable == true
	answer.checks == {
		"purpose": {"holds": true, "items": 1},
		"needs": {"holds": false},
		"fields": {"holds": true, "actual": 0},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["necessity/purpose", "necessity/needs_declared", "necessity/fields_beyond"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"necessity": {"identifying_items": 9, "fields_beyond": 1}}))
	answer.applicable == true
	answer.checks == {
		"purpose": {"holds": true, "items": 9},
		"needs": {"holds": true},
		"fields": {"holds": false, "actual": 1},
	}
}

test_nothing_identifying_is_not_applicable if {
	decide(object.union(subject, {"necessity": {"identifying_items": 0}})).applicable == false
}
