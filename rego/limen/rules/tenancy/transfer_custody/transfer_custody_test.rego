package limen.rules.tenancy.transfer_custody_test

import data.limen.rules.tenancy.transfer_custody

subject := {"custody_log": "declared"}

decide(given) := answer if {
	answer := {"applicable": transfer_custody.applicable, "checks": transfer_custody.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"log": {"holds": true, "actual": "declared"}}
}

test_violating if {
	answer := decide(object.union(subject, {"custody_log": "undeclared"}))
	answer.applicable == true
	answer.checks == {"log": {"holds": false, "actual": "undeclared"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["custody_log"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"custody_log": "unknown"}))
	answer.applicable == true
	answer.checks == {"log": {"holds": false, "actual": "unknown"}}
}
