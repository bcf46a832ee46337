package limen.rules.transit.protocol_test

import data.limen.rules.transit.protocol

parameters := {"plain_protocols": ["http", "grpc"]}

subject := {"moves": 2, "in_transit": {"protocol": "https"}}

decide(given) := answer if {
	answer := {"applicable": protocol.applicable, "checks": protocol.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"protocol": {"holds": true, "actual": "https"}}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"protocol": "http"}}))
	answer.applicable == true
	answer.checks == {"protocol": {"holds": false, "actual": "http"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"moves": 1, "in_transit": {"protocol": "grpc"}}))
	answer.applicable == true
	answer.checks == {"protocol": {"holds": false, "actual": "grpc"}}
}

test_an_empty_flow_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}
