package limen.rules.conformance.code_found_test

import data.limen.rules.conformance.code_found

subject := {
	"what": "finding",
	"finding": {"rule": "tls-not-verified", "category": "unverified_tls", "language": "python", "excuse": "allowed"},
}

decide(given) := answer if {
	answer := {"applicable": code_found.applicable, "checks": code_found.checks}
		with input as given
}

judged(holds, excuse, category) := {"excused": {
	"holds": holds,
	"actual": excuse,
	"rule": "tls-not-verified",
	"category": category,
	"language": "python",
}}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == judged(true, "allowed", "unverified_tls")
}

test_violating if {
	answer := decide(object.union(subject, {"finding": {"excuse": "none"}}))
	answer.applicable == true
	answer.checks == judged(false, "none", "unverified_tls")
}

test_missing_field if {
	answer := decide(json.remove(subject, ["finding/excuse"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"finding": {"excuse": "none", "category": "other"}}))
	answer.applicable == true
	answer.checks == judged(false, "none", "other")
}

test_an_analysis_is_not_applicable if decide({"what": "scan"}).applicable == false
