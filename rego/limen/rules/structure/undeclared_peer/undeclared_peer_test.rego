package limen.rules.structure.undeclared_peer_test

import data.limen.rules.structure.undeclared_peer

subject := {"flows": 2, "opens_flows": 0, "identity": true, "tenant": false}

decide(given) := answer if {
	answer := {"applicable": undeclared_peer.applicable, "checks": undeclared_peer.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": 2}}
}

test_a_tenant_is_known if {
	answer := decide(object.union(subject, {"identity": false, "tenant": true}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": true, "actual": 2}}
}

test_violating if {
	answer := decide(object.union(subject, {"identity": false}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 2}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["tenant"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"identity": false, "flows": 1}))
	answer.applicable == true
	answer.checks == {"declared": {"holds": false, "actual": 1}}
}

test_what_opens_flows_is_judged_elsewhere if {
	decide(object.union(subject, {"opens_flows": 1})).applicable == false
}

test_what_no_flow_leads_to_is_not_applicable if {
	decide(object.union(subject, {"flows": 0})).applicable == false
}
