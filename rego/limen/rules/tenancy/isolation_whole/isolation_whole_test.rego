package limen.rules.tenancy.isolation_whole_test

import data.limen.rules.tenancy.isolation_whole

parameters := {"partition_fields": ["tenant_id"], "predicates_allowed": ["proxy"]}

subject := {
	"tenants_held": 2,
	"partitioned": true,
	"use": {"partition": "tenant_id"},
	"isolation": {"row_level_security": "forced", "tenant_predicate": "proxy", "tenant_keys": true},
}

decide(given) := answer if {
	answer := {"applicable": isolation_whole.applicable, "checks": isolation_whole.checks}
		with input as given
		with data.limen.parameters as parameters
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": true, "actual": "tenant_id", "required": ["tenant_id"]},
		"rows": {"holds": true, "actual": "forced"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 2},
	}
}

test_violating_partition if {
	answer := decide(object.union(subject, {"use": {"partition": "region"}}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": false, "actual": "region", "required": ["tenant_id"]},
		"rows": {"holds": true, "actual": "forced"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 2},
	}
}

test_violating_rows if {
	answer := decide(object.union(subject, {"isolation": {"row_level_security": "enabled"}}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": true, "actual": "tenant_id", "required": ["tenant_id"]},
		"rows": {"holds": false, "actual": "enabled"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 2},
	}
}

test_violating_predicate if {
	answer := decide(object.union(subject, {"isolation": {"tenant_predicate": "none"}}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": true, "actual": "tenant_id", "required": ["tenant_id"]},
		"rows": {"holds": true, "actual": "forced"},
		"predicate": {"holds": false, "actual": "none", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 2},
	}
}

test_violating_keys if {
	answer := decide(object.union(subject, {"isolation": {"tenant_keys": false}}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": true, "actual": "tenant_id", "required": ["tenant_id"]},
		"rows": {"holds": true, "actual": "forced"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": false, "actual": 2},
	}
}

test_still_applies if {
	answer := decide(object.union(subject, {"tenants_held": 5, "partitioned": false, "use": {"partition": ""}}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": false, "actual": "", "required": ["tenant_id"]},
		"rows": {"holds": true, "actual": "forced"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 5},
	}
}

test_keys_alone_are_isolation if {
	answer := decide(object.union(subject, {
		"partitioned": false,
		"use": {"partition": ""},
		"isolation": {"row_level_security": "undeclared", "tenant_predicate": "undeclared", "tenant_keys": true},
	}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": false, "actual": "", "required": ["tenant_id"]},
		"rows": {"holds": false, "actual": "undeclared"},
		"predicate": {"holds": false, "actual": "undeclared", "required": ["proxy"]},
		"keys": {"holds": true, "actual": 2},
	}
}

test_a_predicate_alone_is_isolation if {
	answer := decide(object.union(subject, {
		"partitioned": false,
		"use": {"partition": ""},
		"isolation": {"row_level_security": "undeclared", "tenant_predicate": "proxy", "tenant_keys": false},
	}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": false, "actual": "", "required": ["tenant_id"]},
		"rows": {"holds": false, "actual": "undeclared"},
		"predicate": {"holds": true, "actual": "proxy", "required": ["proxy"]},
		"keys": {"holds": false, "actual": 2},
	}
}

test_rows_alone_are_isolation if {
	answer := decide(object.union(subject, {
		"partitioned": false,
		"use": {"partition": ""},
		"isolation": {"row_level_security": "off", "tenant_predicate": "undeclared", "tenant_keys": false},
	}))
	answer.applicable == true
	answer.checks == {
		"partition": {"holds": false, "actual": "", "required": ["tenant_id"]},
		"rows": {"holds": false, "actual": "off"},
		"predicate": {"holds": false, "actual": "undeclared", "required": ["proxy"]},
		"keys": {"holds": false, "actual": 2},
	}
}

test_no_isolation_is_not_applicable if {
	decide(object.union(subject, {
		"partitioned": false,
		"use": {"partition": ""},
		"isolation": {"row_level_security": "undeclared", "tenant_predicate": "undeclared", "tenant_keys": false},
	})).applicable == false
}

test_one_tenant_is_not_applicable if {
	decide(object.union(subject, {"tenants_held": 1})).applicable == false
}

test_missing_field if not decide(json.remove(subject, ["partitioned"]))

bare := object.union(subject, {
	"partitioned": false,
	"isolation": {"row_level_security": "undeclared", "tenant_predicate": "undeclared", "tenant_keys": false},
})

test_any_level_of_row_security_is_isolation if {
	judged := {level |
		some level in ["forced", "enabled", "off", "undeclared"]
		decide(object.union(bare, {"isolation": {"row_level_security": level}})).applicable
	}
	judged == {"forced", "enabled", "off"}
}

test_any_predicate_is_isolation if {
	judged := {predicate |
		some predicate in ["proxy", "database", "application", "none", "undeclared"]
		decide(object.union(bare, {"isolation": {"tenant_predicate": predicate}})).applicable
	}
	judged == {"proxy", "database", "application", "none"}
}
