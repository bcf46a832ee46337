package limen.rules.classification.public_published_test

import data.limen.rules.classification.public_published

subject := {"label": {"level": 0, "text": "public"}, "published": true}

decide(given) := answer if {
	answer := {"applicable": public_published.applicable, "checks": public_published.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"published": {"holds": true, "actual": "public"}}
}

test_violating if {
	answer := decide(object.union(subject, {"published": false}))
	answer.applicable == true
	answer.checks == {"published": {"holds": false, "actual": "public"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["published"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"label": {"text": "open"}, "published": false}))
	answer.applicable == true
	answer.checks == {"published": {"holds": false, "actual": "open"}}
}

test_above_it_is_not_applicable if {
	decide(object.union(subject, {"label": {"level": 1}})).applicable == false
}
