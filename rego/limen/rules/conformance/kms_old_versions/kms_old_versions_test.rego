package limen.rules.conformance.kms_old_versions_test

import data.limen.rules.conformance.kms_old_versions

subject := {"exists": true, "provider": "vault", "unreadable_versions": 0}

decide(given) := answer if {
	answer := {"applicable": kms_old_versions.applicable, "checks": kms_old_versions.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"readable": {"holds": true, "actual": 0}}
}

test_violating if {
	answer := decide(object.union(subject, {"unreadable_versions": 1}))
	answer.applicable == true
	answer.checks == {"readable": {"holds": false, "actual": 1}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["unreadable_versions"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"unreadable_versions": 9}))
	answer.applicable == true
	answer.checks == {"readable": {"holds": false, "actual": 9}}
}

test_a_key_that_is_not_there_is_not_applicable if {
	decide(object.union(subject, {"exists": false})).applicable == false
}

test_every_other_custodian_keeps_a_history if {
	every provider in {"vault", "aws-kms", "gcp-kms", "azure-key-vault"} {
		decide(object.union(subject, {"provider": provider})).applicable == true
	}
}

test_objects_without_a_history_are_not_applicable if {
	every provider in {"pkcs11", "kmip"} {
		decide(object.union(subject, {"provider": provider})).applicable == false
	}
}
