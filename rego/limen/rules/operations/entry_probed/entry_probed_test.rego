package limen.rules.operations.entry_probed_test

import data.limen.rules.operations.entry_probed

subject := {"entry": true, "probes": ["tls"]}

decide(given) := answer if {
	answer := {"applicable": entry_probed.applicable, "checks": entry_probed.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"probe": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"probes": ["storage"]}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["probes"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"probes": [], "trust": 9}))
	answer.applicable == true
	answer.checks == {"probe": {"holds": false}}
}

test_inside_it_is_not_applicable if {
	decide(object.union(subject, {"entry": false})).applicable == false
}
