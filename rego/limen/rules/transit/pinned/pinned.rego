# METADATA
# title: "Keys of partners' endpoints are pinned"
# description: >-
#   A TLS flow with an end of low trust, or between tenants, declares pins of the keys that the caller accepts.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.pinned
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-17", "nist-800-53r5:SC-23", "nist-800-52r2:4.5"]
#   remediation: Declare in_transit.tls.pins with the sha256 digests of the public keys in use and of the next ones.
#   parameters:
#     pin_trust: {type: integer, stricter: higher}
#   not_applicable: "the flow moves nothing, is not over TLS, or runs between trusted zones of one tenant"
#   checks:
#     pins:
#       path: in_transit.tls.pins
#       message: >-
#         {actual} pins are declared at trust {trust}; the profile requires them between tenants and up to trust
#         {required}
#   avoid: |
#     in_transit: {tls: {min: "1.3", mutual: required}}
#   prefer: |
#     in_transit: {tls: {min: "1.3", mutual: required,
#         pins: [sha256/2m8Jm3d1H2VbJz0q8y1mJ6b7v0pQ5s9d0c4m2l6x8kA=]}}
#   rationale: |
#     Any of the certification authorities that a platform trusts can issue a certificate for the partner's name, by
#     mistake or by force. A pin makes the caller accept only keys that were agreed on.
package limen.rules.transit.pinned

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(
	logic.both(input.in_transit.channel == "tls", input.moves > 0),
	logic.either(input.least_trust <= parameters.pin_trust, input.crosses_tenants),
)

checks["pins"] := {
	"holds": input.in_transit.tls.pins > 0,
	"actual": input.in_transit.tls.pins,
	"trust": input.least_trust,
	"required": parameters.pin_trust,
}
