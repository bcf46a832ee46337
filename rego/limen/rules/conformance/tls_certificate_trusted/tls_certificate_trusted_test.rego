package limen.rules.conformance.tls_certificate_trusted_test

import data.limen.rules.conformance.tls_certificate_trusted

subject := {
	"channel": "tls",
	"certificate": {
		"readable": true, "trusted": true, "why_not_trusted": "", "for_servers": true, "proved": true,
	},
}

decide(given) := answer if {
	answer := {"applicable": tls_certificate_trusted.applicable, "checks": tls_certificate_trusted.checks}
		with input as given
}

test_conforming if {
	answer := decide(subject)
	answer.applicable == true
	answer.checks == {
		"readable": {"holds": true},
		"trusted": {"holds": true, "why": ""},
		"purpose": {"holds": true},
		"proved": {"holds": true},
	}
}

test_violating if {
	answer := decide(object.union(subject, {
		"certificate": {"trusted": false, "why_not_trusted": "self-signed certificate"},
	}))
	answer.applicable == true
	answer.checks == {
		"readable": {"holds": true},
		"trusted": {"holds": false, "why": "self-signed certificate"},
		"purpose": {"holds": true},
		"proved": {"holds": true},
	}
}

test_another_purpose_is_violating if {
	answer := decide(object.union(subject, {"certificate": {"for_servers": false, "proved": false}}))
	answer.applicable == true
	answer.checks == {
		"readable": {"holds": true},
		"trusted": {"holds": true, "why": ""},
		"purpose": {"holds": false},
		"proved": {"holds": false},
	}
}

test_missing_field if {
	answer := decide({"channel": "tls", "certificate": {"why_not_trusted": ""}})
	answer.applicable == true
	answer.checks == {}
}

test_still_applies if {
	answer := decide({"channel": "tls", "certificate": {"readable": false, "why_not_trusted": ""}})
	answer.applicable == true
	answer.checks == {"readable": {"holds": false}}
}

test_other_channels_are_not_applicable if {
	judged := {channel |
		some channel in ["tls", "ssh", "none"]
		decide(object.union(subject, {"channel": channel})).applicable
	}
	judged == {"tls"}
}
