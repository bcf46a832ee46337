package limen.rules.conformance.storage_lifecycle_test

import data.limen.rules.conformance.storage_lifecycle

subject := {"form": "bucket", "duty": 100, "lifecycle": {"expiries": [100, 200]}}

decide(given) := answer if {
	answer := {"applicable": storage_lifecycle.applicable, "checks": storage_lifecycle.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"kept": {"holds": true, "actual": 100, "required": 100}}
}

test_violating if {
	answer := decide(json.patch(subject, [
		{"op": "add", "path": "/lifecycle/expiries", "value": [99, 200]},
	]))
	answer.applicable == true
	answer.checks == {"kept": {"holds": false, "actual": 99, "required": 100}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["lifecycle/expiries"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/lifecycle/expiries", "value": [0]}]))
	answer.applicable == true
	answer.checks == {"kept": {"holds": false, "actual": 0, "required": 100}}
}

test_nothing_to_keep_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/duty", "value": 0}])).applicable == false
}

test_a_database_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "database"}])).applicable == false
}

test_a_bucket_without_rules_conforms if {
	given := json.patch(subject, [{"op": "add", "path": "/lifecycle/expiries", "value": []}])
	decide(given).checks.kept.holds == true
}

test_a_duty_of_a_second_is_one if {
	given := json.patch(subject, [{"op": "add", "path": "/duty", "value": 1}])
	decide(given).applicable == true
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"bucket"}
}
