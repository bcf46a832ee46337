# METADATA
# title: "A zone's clearance is no higher than what it holds"
# description: "A zone's clearance does not go beyond the labels of what can be in plaintext at its components."
# schemas: [{input: schema.zone}]
# custom:
#   id: access.zone_clearance_unneeded
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-4", "nist-800-207:tenet-3"]
#   remediation: "Lower the zone's clearance, or give the one component that needs it a clearance of its own."
#   not_applicable: "the zone declares no clearance"
#   checks:
#     needed:
#       path: clearance
#       message: "the clearance {clearance} goes beyond all that can be in plaintext there"
#   avoid: |
#     zones:
#       plant: {trust: 1, clearance: {level: restricted, compartments: [serialization, phi], basis: Lines}}
#   prefer: |
#     zones:
#       plant: {trust: 1, clearance: {level: confidential, compartments: [serialization],
#         basis: Lines print the serials}}
#   rationale: |
#     Clearance that is not needed makes the next wrong flow a lawful one: nothing is found when a patient's record
#     arrives in the plant.
package limen.rules.access.zone_clearance_unneeded

applicable := input.cleared

checks["needed"] := {"holds": input.standing.clearance_beyond == false, "clearance": input.clearance.text}
