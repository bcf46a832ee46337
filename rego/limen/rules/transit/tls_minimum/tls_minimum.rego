# METADATA
# title: "TLS is at least the profile's minimum"
# description: "A flow that moves data over TLS offers no version below the profile's minimum."
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.tls_minimum
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(1)", "45cfr164:164.312(e)(2)(ii)", "dscsa:582(g)(1)(A)",
#     "nist-800-52r2:3.1", "nist-800-52r2:4.1", "pci-dss-4.0.1:4.2.1", "iso-27001-2022:8.21"]
#   remediation: Raise in_transit.tls.min and switch older versions off at both ends.
#   parameters:
#     tls_minimum: {type: tls_version, stricter: higher}
#   not_applicable: "the flow moves nothing, or not over TLS"
#   checks:
#     minimum:
#       path: in_transit.tls.min
#       needs: [in_transit.tls.min]
#       message: "the TLS minimum is {actual}; the profile requires {required}"
#   avoid: |
#     in_transit: {protocol: https, tls: {min: "1.0"}}
#   prefer: |
#     in_transit: {protocol: https, tls: {min: "1.3"}}
#   rationale: |
#     An attacker on the path makes both ends fall back to the oldest version that they still accept, and TLS 1.0
#     and 1.1 rest on MD5, SHA-1 and CBC constructions with known attacks. SP 800-52 Rev. 2 requires TLS 1.2 and
#     support of 1.3.
package limen.rules.transit.tls_minimum

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.in_transit.channel == "tls", input.moves > 0)

checks["minimum"] := {
	"holds": input.in_transit.tls.min >= parameters.tls_minimum,
	"actual": input.in_transit.tls.min,
	"required": parameters.tls_minimum,
}
