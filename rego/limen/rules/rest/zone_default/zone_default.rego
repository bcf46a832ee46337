# METADATA
# title: "A zone's default at rest is strong, inherited or not"
# description: >-
#   Where a zone declares a default at rest, its algorithm is one of the profile's, whether or not a store is there
#   today.
# schemas: [{input: schema.zone}]
# custom:
#   id: rest.zone_default
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-28(1)", "iso-27001-2022:8.24"]
#   remediation: "Declare posture.at_rest.algorithm on the zone as one of the profile's."
#   parameters:
#     rest_algorithms: {type: strings, stricter: fewer}
#   not_applicable: "the zone declares no default at rest"
#   checks:
#     algorithm:
#       path: posture.at_rest.algorithm
#       message: "the default at rest is {actual}; the profile allows {required}"
#   avoid: |
#     zones:
#       data: {trust: 3, posture: {at_rest: {algorithm: none}}}
#   prefer: |
#     zones:
#       data: {trust: 3, posture: {at_rest: {algorithm: AES-256-GCM}}}
#   rationale: |
#     The store that is added next inherits what the zone says, and nobody looks at it again. A default that says none
#     is a decision made for it.
package limen.rules.rest.zone_default

import data.limen.parameters

applicable := input.standing.protects_rest

checks["algorithm"] := {
	"holds": input.standing.at_rest in parameters.rest_algorithms,
	"actual": input.standing.at_rest,
	"required": parameters.rest_algorithms,
}
