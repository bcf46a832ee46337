# METADATA
# title: Partners and tenants show a certificate
# description: "A flow with an end of low trust, or between tenants, demands a client certificate."
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.mutual_tls
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-5(2)", "nist-800-53r5:IA-9", "nist-800-53r5:SC-8(1)",
#     "21cfr11:11.10(h)", "45cfr164:164.312(d)", "nist-800-207:tenet-6", "nist-800-52r2:3.5", "iso-27001-2022:8.5"]
#   remediation: >-
#     Set in_transit.tls.mutual to required and register the partner's client certificate at the receiving end.
#   parameters:
#     mutual_trust: {type: integer, stricter: higher}
#   not_applicable: "the flow moves nothing, is not over TLS, or runs between trusted zones of one tenant"
#   checks:
#     mutual:
#       path: in_transit.tls.mutual
#       message: >-
#         mutual TLS is {actual} at trust {trust}; the profile requires it between tenants and up to trust {required}
#   avoid: |
#     in_transit: {tls: {min: "1.3", mutual: optional}}
#   prefer: |
#     in_transit: {tls: {min: "1.3", mutual: required}}
#   rationale: |
#     One-sided TLS proves the server to anyone; a stolen token then works from anywhere. A client certificate binds
#     the channel to the partner's key, so that a token is worth nothing without it.
package limen.rules.transit.mutual_tls

import data.limen.lib.logic
import data.limen.parameters

# "optional" admits whoever leaves the certificate out, so it is no more than off.
applicable := logic.both(
	logic.both(input.in_transit.channel == "tls", input.moves > 0),
	logic.either(input.least_trust <= parameters.mutual_trust, input.crosses_tenants),
)

checks["mutual"] := {
	"holds": input.in_transit.tls.mutual == "required",
	"actual": input.in_transit.tls.mutual,
	"trust": input.least_trust,
	"required": parameters.mutual_trust,
}
