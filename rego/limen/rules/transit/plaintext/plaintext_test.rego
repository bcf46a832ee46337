package limen.rules.transit.plaintext_test

import data.limen.rules.transit.plaintext

subject := {"crossing": true, "crosses_tenants": false, "moves": 1, "in_transit": {"channel": "tls"}}

decide(given) := answer if {
	answer := {"applicable": plaintext.applicable, "checks": plaintext.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"channel": {"holds": true, "actual": "tls", "required": "tls, ssh or, of one tenant, local"}}
}

test_ssh_conforms if {
	answer := decide(object.union(subject, {"in_transit": {"channel": "ssh"}}))
	answer.applicable == true
	answer.checks == {"channel": {"holds": true, "actual": "ssh", "required": "tls, ssh or, of one tenant, local"}}
}

test_local_conforms if {
	answer := decide(object.union(subject, {"in_transit": {"channel": "local"}}))
	answer.applicable == true
	answer.checks == {"channel": {"holds": true, "actual": "local", "required": "tls, ssh or, of one tenant, local"}}
}

test_local_between_tenants_is_violating if {
	answer := decide(object.union(subject, {"crosses_tenants": true, "in_transit": {"channel": "local"}}))
	answer.applicable == true
	answer.checks == {
		"channel": {"holds": false, "actual": "local", "required": "tls, ssh or, of one tenant, local"},
	}
}

test_tls_between_tenants_conforms if {
	answer := decide(object.union(subject, {"crosses_tenants": true}))
	answer.checks == {"channel": {"holds": true, "actual": "tls", "required": "tls, ssh or, of one tenant, local"}}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"channel": "none"}}))
	answer.applicable == true
	answer.checks == {"channel": {"holds": false, "actual": "none", "required": "tls, ssh or, of one tenant, local"}}
}

test_undeclared_is_violating if {
	answer := decide(object.union(subject, {"in_transit": {"channel": "undeclared"}}))
	answer.applicable == true
	answer.checks == {
		"channel": {"holds": false, "actual": "undeclared", "required": "tls, ssh or, of one tenant, local"},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/channel"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 3, "in_transit": {"channel": "undeclared"}}))
	answer.applicable == true
	answer.checks == {
		"channel": {"holds": false, "actual": "undeclared", "required": "tls, ssh or, of one tenant, local"},
	}
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}

test_inside_a_zone_is_not_applicable if {
	decide(object.union(subject, {"crossing": false})).applicable == false
}
