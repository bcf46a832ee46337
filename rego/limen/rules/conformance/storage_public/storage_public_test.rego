package limen.rules.conformance.storage_public_test

import data.limen.rules.conformance.storage_public

subject := {
	"form": "bucket",
	"open": {"block": "all", "policy": false, "acl": false, "anonymous": false},
}

decide(given) := answer if {
	answer := {"applicable": storage_public.applicable, "checks": storage_public.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"block": {"holds": true, "actual": "all"},
		"policy": {"holds": true},
		"acl": {"holds": true},
		"anonymous": {"holds": true},
	}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/open/block", "value": "some"},
		{"op": "add", "path": "/open/policy", "value": true},
		{"op": "add", "path": "/open/acl", "value": true},
		{"op": "add", "path": "/open/anonymous", "value": true},
	]))
	answer.applicable == true
	answer.checks == {
		"block": {"holds": false, "actual": "some"},
		"policy": {"holds": false},
		"acl": {"holds": false},
		"anonymous": {"holds": false},
	}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["open/block", "open/policy", "open/acl", "open/anonymous"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/open/block", "value": "none"}]))
	answer.applicable == true
	answer.checks == {
		"block": {"holds": false, "actual": "none"},
		"policy": {"holds": true},
		"acl": {"holds": true},
		"anonymous": {"holds": true},
	}
}

test_a_database_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "database"}])).applicable == false
}

test_a_store_without_the_block_is_judged_by_the_rest if {
	given := json.patch(subject, [{"op": "add", "path": "/open/block", "value": "unsupported"}])
	decide(given).checks.block == {"holds": true, "actual": "unsupported"}
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"bucket"}
}
