package limen.rules.conformance.kms_wildcard_grants_test

import data.limen.rules.conformance.kms_wildcard_grants

subject := {"exists": true, "provider": "vault", "wildcard_grants": 0}

decide(given) := answer if {
	answer := {"applicable": kms_wildcard_grants.applicable, "checks": kms_wildcard_grants.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"named": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"wildcard_grants": 1}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["wildcard_grants"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"wildcard_grants": 3, "provider": "aws-kms"}))
	answer.applicable == true
	answer.checks == {"named": {"holds": false, "actual": 3}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}

test_every_other_custodian_shows_its_grants if {
	every provider in {"vault", "aws-kms", "gcp-kms"} {
		decide(object.union(subject, {"provider": provider})).applicable == true
	}
}

test_a_custodian_that_shows_no_grants_is_not_applicable if {
	every provider in {"pkcs11", "kmip", "azure-key-vault"} {
		decide(object.union(subject, {"provider": provider})).applicable == false
	}
}
