package limen.rules.structure.required_sections_test

import data.limen.rules.structure.required_sections

parameters := {"required_sections": ["keys", "ledgers"]}

subject := {"missing_sections": ["assertions", "probes"]}

decide(given) := answer if {
	answer := {"applicable": required_sections.applicable, "checks": required_sections.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"section": {
			0: {"holds": true, "actual": "assertions", "required": ["keys", "ledgers"]},
			1: {"holds": true, "actual": "probes", "required": ["keys", "ledgers"]},
		},
	}
}

test_nothing_missing_conforms if {
	answer := decide(object.union(subject, {"missing_sections": []}))
	answer.applicable == true
	answer.checks == {"section": {}}
}

test_violating if {
	answer := decide(object.union(subject, {"missing_sections": ["assertions", "ledgers"]}))
	answer.applicable == true
	answer.checks == {
		"section": {
			0: {"holds": true, "actual": "assertions", "required": ["keys", "ledgers"]},
			1: {"holds": false, "actual": "ledgers", "required": ["keys", "ledgers"]},
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["missing_sections"]))
	answer.applicable == true
	answer.checks == {"section": {}}
}

test_still_applies if {
	answer := decide(object.union(subject, {"missing_sections": ["keys", "ledgers"]}))
	answer.applicable == true
	answer.checks == {
		"section": {
			0: {"holds": false, "actual": "keys", "required": ["keys", "ledgers"]},
			1: {"holds": false, "actual": "ledgers", "required": ["keys", "ledgers"]},
		},
	}
}
