package limen.rules.keys.old_versions_test

import data.limen.rules.keys.old_versions

subject := {"uses": ["encrypt"], "seals_data": 1, "retains_old_versions": true}

decide(given) := answer if {
	answer := {"applicable": old_versions.applicable, "checks": old_versions.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"retained": {"holds": true, "actual": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"retains_old_versions": false}))
	answer.applicable == true
	answer.checks == {"retained": {"holds": false, "actual": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["retains_old_versions"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"seals_data": 0, "retains_old_versions": false}))
	answer.applicable == true
	answer.checks == {"retained": {"holds": false, "actual": false}}
}

test_an_unused_key_is_not_applicable if {
	decide(object.union(subject, {"uses": []})).applicable == false
}
