package limen.rules.secrets.lifetime_test

import data.limen.rules.secrets.lifetime

parameters := {"secret_lifetime": 86400}

subject := {"secrets": {"lifetime": 43200}}

decide(given) := answer if {
	answer := {"applicable": lifetime.applicable, "checks": lifetime.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"bounded": {"holds": true, "actual": 43200, "required": 86400}}
}

test_violating if {
	answer := decide(object.union(subject, {"secrets": {"lifetime": 86401}}))
	answer.applicable == true
	answer.checks == {"bounded": {"holds": false, "actual": 86401, "required": 86400}}
}

test_equal_conforms if {
	answer := decide(object.union(subject, {"secrets": {"lifetime": 86400}}))
	answer.applicable == true
	answer.checks == {"bounded": {"holds": true, "actual": 86400, "required": 86400}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["secrets/lifetime"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"secrets": {"lifetime": 31536000}}))
	answer.applicable == true
	answer.checks == {"bounded": {"holds": false, "actual": 31536000, "required": 86400}}
}
