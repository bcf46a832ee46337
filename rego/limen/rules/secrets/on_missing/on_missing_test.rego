package limen.rules.secrets.on_missing_test

import data.limen.rules.secrets.on_missing

subject := {"secrets": {"on_missing": "refuse-to-start"}}

decide(given) := answer if {
	answer := {"applicable": on_missing.applicable, "checks": on_missing.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"refused": {"holds": true, "actual": "refuse-to-start"}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"on_missing": "default"}}))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false, "actual": "default"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/on_missing"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"on_missing": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"refused": {"holds": false, "actual": "undeclared"}}
}

test_refusing_alone_conforms if {
	conforming := {choice |
		some choice in ["refuse-to-start", "default", "ignore", "undeclared"]
		decide({"secrets": {"on_missing": choice}}).checks.refused.holds
	}
	conforming == {"refuse-to-start"}
}
