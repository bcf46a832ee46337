package limen.rules.tenancy.transfer_token_test

import data.limen.rules.tenancy.transfer_token

subject := {"token_declared": true, "token_single_use": true, "token_ephemeral": true}

decide(given) := answer if {
	answer := {"applicable": transfer_token.applicable, "checks": transfer_token.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"single_use": {"holds": true, "actual": true},
		"ephemeral": {"holds": true, "actual": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"token_single_use": false}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"single_use": {"holds": false, "actual": false},
		"ephemeral": {"holds": true, "actual": true},
	}
}

test_a_lasting_token_is_violating if {
	answer := decide(object.union(subject, {"token_ephemeral": false}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": true},
		"single_use": {"holds": true, "actual": true},
		"ephemeral": {"holds": false, "actual": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["token_single_use", "token_ephemeral"]))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"token_declared": false,
		"token_single_use": false,
		"token_ephemeral": false,
	}))
	answer.applicable == true
	answer.checks == {
		"declared": {"holds": false},
		"single_use": {"holds": false, "actual": false},
		"ephemeral": {"holds": false, "actual": false},
	}
}
