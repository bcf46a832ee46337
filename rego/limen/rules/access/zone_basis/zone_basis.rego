# METADATA
# title: "A zone's clearance says on what it is based"
# description: "A zone that is cleared for data names the agreement, licence or duty that makes it so."
# schemas: [{input: schema.zone}]
# custom:
#   id: access.zone_basis
#   subject: zone
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:AC-16", "nist-800-53r5:PL-8", "iso-27001-2022:5.12"]
#   remediation: "Declare clearance.basis on the zone."
#   not_applicable: "the zone declares no clearance"
#   checks:
#     basis:
#       path: clearance.basis
#       message: "the clearance {clearance} names no basis"
#   avoid: |
#     zones:
#       review: {trust: 1, clearance: {level: confidential}}
#   prefer: |
#     zones:
#       review: {trust: 1, clearance: {level: confidential, basis: Reviewers read de-identified reports only}}
#   rationale: |
#     A clearance is a promise to those whom the data is about. One that nobody can give a reason for was raised until
#     the findings stopped.
package limen.rules.access.zone_basis

applicable := input.cleared

checks["basis"] := {"holds": input.standing.basis, "clearance": input.clearance.text}
