package limen.rules.conformance.secrets_found_test

import data.limen.rules.conformance.secrets_found

parameters := {"secret_excuses": ["allowed"]}

subject := {
	"what": "secret",
	"secret": {"rule": "github-token", "provider": "GitHub", "excuse": "allowed", "place": "tree"},
}

decide(given) := answer if {
	answer := {"applicable": secrets_found.applicable, "checks": secrets_found.checks}
		with input as given
		with data.limen.parameters as parameters
}

judged(holds, excuse, place) := {"excused": {
	"holds": holds,
	"actual": excuse,
	"rule": "github-token",
	"provider": "GitHub",
	"place": place,
}}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == judged(true, "allowed", "tree")
}

test_violating if {
	answer := decide(object.union(subject, {"secret": {"excuse": "none"}}))
	answer.applicable == true
	answer.checks == judged(false, "none", "tree")
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secret/excuse"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secret": {"excuse": "none", "place": "history"}}))
	answer.applicable == true
	answer.checks == judged(false, "none", "history")
}

test_a_baseline_excuses_only_where_the_profile_lets_it if {
	given := object.union(subject, {"secret": {"excuse": "known"}})
	decide(given).checks == judged(false, "known", "tree")
	secrets_found.checks.excused.holds == true
		with input as given
		with data.limen.parameters as {"secret_excuses": ["allowed", "known"]}
}

test_a_search_is_not_applicable if decide({"what": "scan"}).applicable == false
