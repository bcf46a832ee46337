package limen.rules.keys.algorithm_test

import data.limen.rules.keys.algorithm

parameters := {"algorithm_last_day": {"AES-256": 99991231, "3DES": 20231231, "RSA-2048": 20260921, "HMAC-SHA-256": 99991231, "Ed25519": 99991231}}

context := {"as_of": 20260921}

subject := {"uses": ["encrypt"], "algorithm": "AES-256"}

decide(given) := answer if {
	answer := {"applicable": algorithm.applicable, "checks": algorithm.checks}
		with input as given
		with data.limen.parameters as parameters
		with data.limen.context as context
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "AES-256", "required": 99991231},
		"able": {"holds": true, "actual": ["encrypt"], "algorithm": "AES-256"},
	}
}

test_the_last_day_conforms if {
	answer := decide(object.union(subject, {"algorithm": "RSA-2048"}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": true, "actual": "RSA-2048", "required": 20260921},
		"able": {"holds": true, "actual": ["encrypt"], "algorithm": "RSA-2048"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"algorithm": "3DES"}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "3DES", "required": 20231231},
		"able": {"holds": true, "actual": ["encrypt"], "algorithm": "3DES"},
	}
}

test_unknown_to_the_profile_is_violating if {
	answer := decide(object.union(subject, {"algorithm": "RSA-1024"}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "RSA-1024", "required": 0},
		"able": {"holds": true, "actual": ["encrypt"], "algorithm": "RSA-1024"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["algorithm"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"uses": ["encrypt", "wrap"], "algorithm": "3DES"}))
	answer.applicable == true
	answer.checks == {
		"algorithm": {"holds": false, "actual": "3DES", "required": 20231231},
		"able": {"holds": true, "actual": ["encrypt", "wrap"], "algorithm": "3DES"},
	}
}

able(algorithm, uses) := decide({"uses": uses, "algorithm": algorithm}).checks.able.holds

test_what_only_authenticates_seals_nothing if {
	able("HMAC-SHA-256", ["derive", "mac", "sign", "token"]) == true
	able("HMAC-SHA-256", ["encrypt"]) == false
	able("HMAC-SHA-256", ["mac", "wrap"]) == false
}

test_what_only_signs_seals_nothing if {
	able("Ed25519", ["sign"]) == true
	able("Ed25519", ["encrypt", "sign"]) == false
	able("ECDSA-P-384", ["wrap"]) == false
	able("ML-DSA-65", ["encrypt"]) == false
	able("SLH-DSA-SHA2-128s", ["encrypt"]) == false
}

test_what_only_seals_signs_nothing if {
	able("AES-256", ["encrypt", "wrap"]) == true
	able("AES-256", ["sign"]) == false
	able("3DES", ["encrypt", "sign"]) == false
	able("X25519", ["sign"]) == false
	able("ML-KEM-1024", ["sign"]) == false
}

test_rsa_does_both if able("RSA-3072", ["encrypt", "sign", "wrap"]) == true

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
