# METADATA
# title: Every zone says what it may hold
# description: A zone with components declares a clearance.
# schemas: [{input: schema.zone}]
# custom:
#   id: classification.zone_without_clearance
#   subject: zone
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:PL-8", "nist-800-53r5:RA-2"]
#   remediation: "Declare clearance with the highest level and the compartments that the zone may hold in plaintext,
#     and why."
#   not_applicable: no component lives in the zone
#   checks:
#     clearance:
#       path: clearance
#       message: "no clearance is declared for the zone, where {actual} {actual:component lives|components live}"
#   avoid: |
#     processing: {trust: 2}
#   prefer: |
#     processing: {trust: 2, clearance: {level: restricted, compartments: [phi], basis: Records are checked here}}
#   rationale: |
#     Without a clearance nothing can be judged to be in the wrong place. The zone counts as one that may hold
#     nothing, and each arrival stays unassessed until somebody decides.
package limen.rules.classification.zone_without_clearance

applicable := input.components > 0

checks["clearance"] := {"holds": input.cleared, "actual": input.components}
