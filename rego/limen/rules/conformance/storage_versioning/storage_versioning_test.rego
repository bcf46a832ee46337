package limen.rules.conformance.storage_versioning_test

import data.limen.rules.conformance.storage_versioning

subject := {"form": "bucket", "versioning": "on"}

decide(given) := answer if {
	answer := {"applicable": storage_versioning.applicable, "checks": storage_versioning.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"on": {"holds": true, "actual": "on"}}
}

test_violating if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/versioning", "value": "off"}]))
	answer.applicable == true
	answer.checks == {"on": {"holds": false, "actual": "off"}}
}

test_missing_field if {
	answer := decide(json.remove(subject, ["versioning"]))
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(json.patch(subject, [{"op": "add", "path": "/versioning", "value": "suspended"}]))
	answer.applicable == true
	answer.checks == {"on": {"holds": false, "actual": "suspended"}}
}

test_a_volume_is_not_applicable if {
	decide(json.patch(subject, [{"op": "add", "path": "/form", "value": "volume"}])).applicable == false
}

test_only_what_is_meant_is_judged if {
	judged := {form |
		some form in ["bucket", "volume", "database", "records"]
		decide(json.patch(subject, [{"op": "add", "path": "/form", "value": form}])).applicable
	}
	judged == {"bucket"}
}
