package limen.rules.tenancy.shared_store_test

import data.limen.rules.tenancy.shared_store

subject := {
	"tenants_stored": 2,
	"partitioned": true,
	"isolation": {"row_level_security": "forced", "tenant_keys": true},
}

decide(given) := answer if {
	answer := {"applicable": shared_store.applicable, "checks": shared_store.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"partitioned": {"holds": true, "tenants": 2},
		"row_level_security": {"holds": true, "actual": "forced"},
		"tenant_keys": {"holds": true, "tenants": 2},
	}
}

test_violating if {
	answer := decide(object.union(subject, {"isolation": {"row_level_security": "enabled"}}))
	answer.applicable == true
	answer.checks == {
		"partitioned": {"holds": true, "tenants": 2},
		"row_level_security": {"holds": false, "actual": "enabled"},
		"tenant_keys": {"holds": true, "tenants": 2},
	}
}

test_one_key_for_all_is_violating if {
	answer := decide(object.union(subject, {"isolation": {"tenant_keys": false}}))
	answer.applicable == true
	answer.checks == {
		"partitioned": {"holds": true, "tenants": 2},
		"row_level_security": {"holds": true, "actual": "forced"},
		"tenant_keys": {"holds": false, "tenants": 2},
	}
}

test_unpartitioned_is_violating if {
	answer := decide(object.union(subject, {"partitioned": false}))
	answer.applicable == true
	answer.checks == {
		"partitioned": {"holds": false, "tenants": 2},
		"row_level_security": {"holds": true, "actual": "forced"},
		"tenant_keys": {"holds": true, "tenants": 2},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["isolation"]))
	answer.applicable == true
	answer.checks == {"partitioned": {"holds": true, "tenants": 2}}
}

test_still_applies if {
	answer := decide(object.union(subject, {
		"tenants_stored": 5,
		"partitioned": false,
		"isolation": {"row_level_security": "undeclared", "tenant_keys": false},
	}))
	answer.applicable == true
	answer.checks == {
		"partitioned": {"holds": false, "tenants": 5},
		"row_level_security": {"holds": false, "actual": "undeclared"},
		"tenant_keys": {"holds": false, "tenants": 5},
	}
}

test_one_tenant_is_not_applicable if {
	decide(object.union(subject, {"tenants_stored": 1})).applicable == false
}

test_forced_row_level_security_alone_conforms if {
	conforming := {level |
		some level in ["forced", "enabled", "off", "undeclared"]
		given := object.union(subject, {"isolation": {"row_level_security": level}})
		decide(given).checks.row_level_security.holds
	}
	conforming == {"forced"}
}
