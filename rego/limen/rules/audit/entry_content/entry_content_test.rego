package limen.rules.audit.entry_content_test

import data.limen.rules.audit.entry_content

parameters := {"entry_fields": ["action", "actor", "record", "time"]}

subject := {"records": ["action", "actor", "purpose", "record", "time"]}

decide(given) := answer if {
	answer := {"applicable": entry_content.applicable, "checks": entry_content.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"fields": {"holds": true, "actual": [], "required": ["action", "actor", "record", "time"]},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"records": ["action", "record", "time"]}))
	answer.applicable == true
	answer.checks == {
		"fields": {
			"holds": false,
			"actual": ["actor"],
			"required": ["action", "actor", "record", "time"],
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["records"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"records": []}))
	answer.applicable == true
	answer.checks == {
		"fields": {
			"holds": false,
			"actual": ["action", "actor", "record", "time"],
			"required": ["action", "actor", "record", "time"],
		},
	}
}
