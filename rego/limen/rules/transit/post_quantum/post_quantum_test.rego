package limen.rules.transit.post_quantum_test

import data.limen.rules.transit.post_quantum

parameters := {
	"protected_compartments": ["phi"],
	"protected_level": 3,
	"post_quantum_groups": ["MLKEM768", "X25519MLKEM768"],
}

subject := {
	"moves": 1,
	"label": {"level": 2, "compartments": ["phi"], "text": "restricted {phi}"},
	"key_material": false,
	"in_transit": {"channel": "tls", "tls": {"key_exchange": ["X25519", "X25519MLKEM768"]}},
}

decide(given) := answer if {
	answer := {"applicable": post_quantum.applicable, "checks": post_quantum.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"key_exchange": {"holds": true, "actual": 1, "required": ["MLKEM768", "X25519MLKEM768"]},
	}
}

test_unprotected_label_conforms if {
	answer := decide(object.union(subject, {
		"label": {"level": 0, "compartments": [], "text": "public"},
		"in_transit": {"tls": {"key_exchange": ["X25519"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"key_exchange": {"holds": true, "actual": 0, "required": ["MLKEM768", "X25519MLKEM768"]},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"key_exchange": ["X25519"]}}}))
	answer.applicable == true
	answer.checks == {
		"key_exchange": {"holds": false, "actual": 0, "required": ["MLKEM768", "X25519MLKEM768"]},
	}
}

test_key_material_is_violating if {
	answer := decide(object.union(subject, {
		"label": {"level": 0, "compartments": [], "text": "public"},
		"key_material": true,
		"in_transit": {"tls": {"key_exchange": ["X25519"]}},
	}))
	answer.applicable == true
	answer.checks == {
		"key_exchange": {"holds": false, "actual": 0, "required": ["MLKEM768", "X25519MLKEM768"]},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["in_transit/tls/key_exchange"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"in_transit": {"tls": {"key_exchange": []}}}))
	answer.applicable == true
	answer.checks == {
		"key_exchange": {"holds": false, "actual": 0, "required": ["MLKEM768", "X25519MLKEM768"]},
	}
}

test_moving_nothing_is_not_applicable if {
	decide(object.union(subject, {"moves": 0})).applicable == false
}

test_without_tls_is_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "local", "none", "undeclared"]
		decide(object.union(subject, {"in_transit": {"channel": channel}})).applicable
	}
	judged == {"tls"}
}
