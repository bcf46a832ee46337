# METADATA
# title: Somebody answers for the system
# description: The system names its owner.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.owner
#   subject: system
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:CM-2", "nist-800-53r5:PL-2"]
#   remediation: Name the owner under system.owner.
#   not_applicable: "never: the system is always judged"
#   checks:
#     named:
#       path: system.owner
#       message: "no owner is named"
#   avoid: |
#     system: {id: rx-trace}
#   prefer: |
#     system: {id: rx-trace, owner: platform-security}
#   rationale: |
#     A finding without an owner stays. Who answers for the system decides about waivers and is called at night.
package limen.rules.operations.owner

applicable := true

checks["named"] := {"holds": input.owner}
