package limen.rules.operations.triggers_test

import data.limen.rules.operations.triggers

parameters := {"incident_triggers": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"]}

subject := {
	"incident_response": {"triggers": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"]},
}

decide(given) := answer if {
	answer := {"applicable": triggers.applicable, "checks": triggers.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"complete": {
			"holds": true,
			"actual": [],
			"required": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"],
		},
	}
}

test_violating if {
	answer := decide(object.union(subject, {
		"incident_response": {"triggers": ["chain-mismatch", "schedule-anomaly", "tenant-collision"]},
	}))
	answer.applicable == true
	answer.checks == {
		"complete": {
			"holds": false,
			"actual": ["crypto-failure"],
			"required": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"],
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["incident_response/triggers"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"incident_response": {"triggers": []}}))
	answer.applicable == true
	answer.checks == {
		"complete": {
			"holds": false,
			"actual": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"],
			"required": ["chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision"],
		},
	}
}
