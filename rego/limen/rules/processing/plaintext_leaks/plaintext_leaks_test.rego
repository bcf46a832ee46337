package limen.rules.processing.plaintext_leaks_test

import data.limen.rules.processing.plaintext_leaks

parameters := {"protected_compartments": ["phi"], "protected_level": 3, "own_trust": 1}

subject := {
	"trust": 1,
	"holds_plaintext": 1,
	"effective_label": {"level": 2, "compartments": ["phi"], "text": "restricted {phi}"},
	"processing": {
		"plaintext_logging": "forbidden",
		"core_dumps": "disabled",
		"debug_output": "forbidden",
	},
}

decide(given) := answer if {
	answer := {"applicable": plaintext_leaks.applicable, "checks": plaintext_leaks.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"logging": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
		"dumps": {
			"holds": true,
			"actual": "disabled",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_an_unprotected_label_conforms if {
	answer := decide(object.union(subject, {
		"effective_label": {"level": 0, "compartments": [], "text": "public"},
		"processing": {
			"plaintext_logging": "allowed",
			"core_dumps": "enabled",
			"debug_output": "allowed",
		},
	}))
	answer.applicable == true
	answer.checks == {
		"logging": {"holds": true, "actual": "allowed", "required": "forbidden", "label": "public"},
		"dumps": {"holds": true, "actual": "enabled", "required": "disabled", "label": "public"},
		"debug": {"holds": true, "actual": "allowed", "required": "forbidden", "label": "public"},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"processing": {"plaintext_logging": "allowed"}}))
	answer.applicable == true
	answer.checks == {
		"logging": {
			"holds": false,
			"actual": "allowed",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
		"dumps": {
			"holds": true,
			"actual": "disabled",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_dumps_are_violating if {
	answer := decide(object.union(subject, {"processing": {"core_dumps": "enabled"}}))
	answer.applicable == true
	answer.checks == {
		"logging": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
		"dumps": {
			"holds": false,
			"actual": "enabled",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_debug_output_is_violating if {
	answer := decide(object.union(subject, {"processing": {"debug_output": "allowed"}}))
	answer.applicable == true
	answer.checks == {
		"logging": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
		"dumps": {
			"holds": true,
			"actual": "disabled",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": false,
			"actual": "allowed",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["processing/plaintext_logging"]))
	answer.applicable == true
	answer.checks == {
		"dumps": {
			"holds": true,
			"actual": "disabled",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": true,
			"actual": "forbidden",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"trust": 3,
		"processing": {
			"plaintext_logging": "undeclared",
			"core_dumps": "undeclared",
			"debug_output": "undeclared",
		},
	}))
	answer.applicable == true
	answer.checks == {
		"logging": {
			"holds": false,
			"actual": "undeclared",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
		"dumps": {
			"holds": false,
			"actual": "undeclared",
			"required": "disabled",
			"label": "restricted {phi}",
		},
		"debug": {
			"holds": false,
			"actual": "undeclared",
			"required": "forbidden",
			"label": "restricted {phi}",
		},
	}
}

test_without_plaintext_is_not_applicable if {
	decide(object.union(subject, {"holds_plaintext": 0})).applicable == false
}

test_outside_is_not_applicable if {
	decide(object.union(subject, {"trust": 0})).applicable == false
}
