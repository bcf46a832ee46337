package limen.rules.conformance.tls_certificate_status_test

import data.limen.rules.conformance.tls_certificate_status

subject := {"channel": "tls", "certificate": {"staple": "good", "must_staple": true}}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_status.applicable, "checks": tls_certificate_status.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {"good": {"holds": true, "actual": "good"}, "demanded": {"holds": true}}
}

test_none_conforms if {
	answer := decide(object.union(subject, {"certificate": {"staple": "none", "must_staple": false}}))
	answer.applicable == true
	answer.checks == {"good": {"holds": true, "actual": "none"}, "demanded": {"holds": true}}
}

test_violating if {
	answer := decide(object.union(subject, {"certificate": {"staple": "revoked"}}))
	answer.applicable == true
	answer.checks == {"good": {"holds": false, "actual": "revoked"}, "demanded": {"holds": true}}
}

test_none_is_violating_where_one_is_demanded if {
	answer := decide(object.union(subject, {"certificate": {"staple": "none"}}))
	answer.applicable == true
	answer.checks == {"good": {"holds": true, "actual": "none"}, "demanded": {"holds": false}}
}

test_missing_field if {
	answer := decide({"channel": "tls", "certificate": {}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide(object.union(subject, {"certificate": {"staple": "invalid", "must_staple": false}}))
	answer.applicable == true
	answer.checks == {"good": {"holds": false, "actual": "invalid"}, "demanded": {"holds": true}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}

test_states_of_the_answer if {
	held := {check: {state |
		some state in ["good", "none", "revoked", "unknown", "invalid"]
		decide(object.union(subject, {"certificate": {"staple": state}})).checks[check].holds
	} |
		some check in ["good", "demanded"]
	}
	held == {"good": {"good", "none"}, "demanded": {"good", "revoked", "unknown", "invalid"}}
}
