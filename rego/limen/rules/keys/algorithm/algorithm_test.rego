package limen.rules.keys.algorithm_test

import data.limen.rules.keys.algorithm

parameters := {
	"algorithm_last_day": {
		"AES-256": 99991231,
		"3DES": 20231231,
		"RSA-2048": 20260921,
		"HMAC-SHA-256": 99991231,
		"Ed25519": 99991231,
	},
}

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

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}

ciphers := {"AES-256", "AES-192", "AES-128", "3DES"}

encapsulation := {"X25519", "ML-KEM-768", "ML-KEM-1024"}

hashes := {"HMAC-SHA-256", "HMAC-SHA-384", "HMAC-SHA-512", "HMAC-SHA-1"}

rsa := {"RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096"}

signatures := {
	"ECDSA-P-256", "ECDSA-P-384", "ECDSA-P-521", "Ed25519", "Ed448",
	"ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "SLH-DSA-SHA2-128s",
}

everything := (((ciphers | encapsulation) | hashes) | rsa) | signatures

able(use) := {name |
	some name in everything
	decide({"uses": [use], "algorithm": name}).checks.able.holds
}

test_what_seals_can_encrypt_and_wrap if {
	able("encrypt") == (ciphers | encapsulation) | rsa
	able("wrap") == (ciphers | encapsulation) | rsa
}

test_what_has_a_private_key_or_a_hash_can_sign if able("sign") == (hashes | rsa) | signatures

test_other_uses_are_not_told_apart if {
	able("mac") == everything
	able("derive") == everything
	able("token") == everything
}

test_one_use_too_many_is_violating if {
	decide({"uses": ["mac", "wrap"], "algorithm": "HMAC-SHA-256"}).checks.able.holds == false
	decide({"uses": ["encrypt", "sign"], "algorithm": "Ed25519"}).checks.able.holds == false
	decide({"uses": ["encrypt", "sign"], "algorithm": "3DES"}).checks.able.holds == false
	decide({"uses": ["encrypt", "sign", "wrap"], "algorithm": "RSA-3072"}).checks.able.holds == true
}
