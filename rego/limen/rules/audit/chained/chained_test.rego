package limen.rules.audit.chained_test

import data.limen.rules.audit.chained

parameters := {"chain_algorithms": ["HMAC-SHA-256"]}

subject := {"chain": {"algorithm": "HMAC-SHA-256", "key": true, "key_known": true}}

decide(given) := answer if {
	answer := {"applicable": chained.applicable, "checks": chained.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"chain": {"algorithm": "none"}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "none", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
	}
}

test_a_plain_hash_is_the_profiles_matter if {
	answer := decide(object.union(subject, {
		"chain": {"algorithm": "SHA-256", "key": false, "key_known": false},
	}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": true},
	}
}

test_an_hmac_without_key_is_violating if {
	answer := decide(object.union(subject, {"chain": {"key": false, "key_known": false}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": false},
	}
}

test_an_unknown_key_is_violating if {
	answer := decide(object.union(subject, {"chain": {"key_known": false}}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "HMAC-SHA-256", "required": ["HMAC-SHA-256"]},
		"key": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["chain/algorithm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"chain": {"algorithm": "undeclared", "key": false, "key_known": false},
	}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "undeclared", "required": ["HMAC-SHA-256"]},
		"key": {"holds": false},
	}
}

test_a_key_that_is_not_named_is_violating if {
	decide(object.union(subject, {"chain": {"key": false, "key_known": true}})).checks.key == {"holds": false}
}
