package limen.rules.keys.one_purpose_test

import data.limen.rules.keys.one_purpose

subject := {"uses": ["encrypt"], "purpose": "encrypt", "foreign_uses": []}

decide(given) := answer if {
	answer := {"applicable": one_purpose.applicable, "checks": one_purpose.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"purpose": {"holds": true, "actual": [], "required": "encrypt"}}
}

test_violating if {
	answer := decide(object.union(subject, {"uses": ["encrypt", "sign"], "foreign_uses": ["sign"]}))
	answer.applicable == true
	answer.checks == {"purpose": {"holds": false, "actual": ["sign"], "required": "encrypt"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["purpose"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"foreign_uses": ["mac", "sign"]}))
	answer.applicable == true
	answer.checks == {"purpose": {"holds": false, "actual": ["mac", "sign"], "required": "encrypt"}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
