# METADATA
# title: "A probe is asked as often as the profile says"
# description: "Each entry of probes says how often it is asked, at least as often as the profile requires."
# schemas: [{input: schema.probe}]
# custom:
#   id: operations.probe_interval
#   subject: probe
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Declare every with a duration such as P1D, and schedule limen probe so."
#   parameters:
#     probe_interval: {type: duration, stricter: lower}
#   not_applicable: "every probe is asked again"
#   checks:
#     every:
#       path: every
#       needs: [every]
#       message: "the probe {probe} is asked every {actual}; the profile requires {required}"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, every: P1Y}]
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, every: P1D}]
#   rationale: |
#     A posture is proven for the moment of the observation. Between two of them it is a promise, and promises of a
#     year are none.
package limen.rules.operations.probe_interval

import data.limen.parameters

applicable := true

checks["every"] := {
	"holds": input.every <= parameters.probe_interval,
	"probe": input.probe,
	"actual": input.every,
	"required": parameters.probe_interval,
}
