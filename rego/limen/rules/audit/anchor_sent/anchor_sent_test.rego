package limen.rules.audit.anchor_sent_test

import data.limen.rules.audit.anchor_sent

subject := {"anchors": {"declared": true, "sent": true}}

decide(given) := answer if {
	answer := {"applicable": anchor_sent.applicable, "checks": anchor_sent.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"sent": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"anchors": {"sent": false}}))
	answer.applicable == true
	answer.checks == {"sent": {"holds": false}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["anchors/sent"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"anchors": {"sent": false, "every": 1}}))
	answer.applicable == true
	answer.checks == {"sent": {"holds": false}}
}

test_without_anchors_it_is_not_applicable if {
	decide(object.union(subject, {"anchors": {"declared": false}})).applicable == false
}
