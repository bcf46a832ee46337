package limen.rules.audit.chain_format_test

import data.limen.rules.audit.chain_format

parameters := {"chain_formats": ["limen-v1"]}

subject := {"chain": {"algorithm": "HMAC-SHA-256", "format": "limen-v1"}}

decide(given) := answer if {
	answer := {"applicable": chain_format.applicable, "checks": chain_format.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"format": {"holds": true, "actual": "limen-v1", "required": ["limen-v1"]}}
}

test_violating if {
	answer := decide(object.union(subject, {"chain": {"format": "foreign"}}))
	answer.applicable == true
	answer.checks == {"format": {"holds": false, "actual": "foreign", "required": ["limen-v1"]}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["chain/format"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"chain": {"algorithm": "SHA-256", "format": "undeclared"}}))
	answer.applicable == true
	answer.checks == {"format": {"holds": false, "actual": "undeclared", "required": ["limen-v1"]}}
}

test_without_a_chain_it_is_not_applicable if {
	judged := {algorithm |
		some algorithm in ["HMAC-SHA-256", "SHA-256", "none", "undeclared"]
		decide(object.union(subject, {"chain": {"algorithm": algorithm}})).applicable
	}
	judged == {"HMAC-SHA-256", "SHA-256", "none"}
}
