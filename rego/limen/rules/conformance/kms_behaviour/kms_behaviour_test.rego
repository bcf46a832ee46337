package limen.rules.conformance.kms_behaviour_test

import data.limen.rules.conformance.kms_behaviour

subject := {
	"tested": true,
	"old_ciphertext_opens": true,
	"new_version_used": true,
	"rewraps": true,
	"context_bound": true,
	"disabled_refuses": true,
}

good := {
	"old_ciphertext": {"holds": true},
	"new_version": {"holds": true},
	"rewrap": {"holds": true},
	"context": {"holds": true},
	"disabled": {"holds": true},
}

fields := {
	"old_ciphertext": "old_ciphertext_opens",
	"new_version": "new_version_used",
	"rewrap": "rewraps",
	"context": "context_bound",
	"disabled": "disabled_refuses",
}

decide(given) := answer if {
	answer := {"applicable": kms_behaviour.applicable, "checks": kms_behaviour.checks}
		with input as given
}

test_conforming if decide(subject) == {"applicable": true, "checks": good}

test_violating if {
	every check, field in fields {
		answer := decide(object.union(subject, {field: false}))
		answer.applicable == true
		answer.checks == object.union(good, {check: {"holds": false}})
	}
}

test_missing_field if {
	every check, field in fields {
		answer := decide(json.remove(subject, [field]))
		answer.applicable == true
		answer.checks == json.remove(good, [check])
	}
}

test_still_applies if {
	answer := decide({"tested": true, "old_ciphertext_opens": false})
	answer.applicable == true
	answer.checks == {"old_ciphertext": {"holds": false}}
}

test_a_key_that_is_no_test_key_is_not_applicable if {
	decide(object.union(subject, {"tested": false})).applicable == false
}
