package limen.rules.conformance.kms_exists_test

import data.limen.rules.conformance.kms_exists

subject := {"exists": true}

decide(given) := answer if {
	answer := {"applicable": kms_exists.applicable, "checks": kms_exists.checks}
		with input as given
}

test_conforming if decide(subject) == {"applicable": true, "checks": {"exists": {"holds": true}}}

test_violating if {
	decide({"exists": false}) == {"applicable": true, "checks": {"exists": {"holds": false}}}
}

test_missing_field if decide({}) == {"applicable": true, "checks": {}}

test_still_applies if {
	decide({"exists": false, "tested": true}) == {"applicable": true, "checks": {"exists": {"holds": false}}}
}
