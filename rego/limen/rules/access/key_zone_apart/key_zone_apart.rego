# METADATA
# title: "Nothing is trusted as much as the place where keys lie"
# description: "A zone in which no key lies has less trust than the most trusted zone in which keys lie."
# schemas: [{input: schema.zone}]
# custom:
#   id: access.key_zone_apart
#   subject: zone
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-7(21)", "nist-800-53r5:AC-6", "nist-800-57pt1r5:6.2.1"]
#   remediation: "Lower the zone's trust to what its components are held to, or move its keys into custody."
#   not_applicable: "keys lie in the zone"
#   checks:
#     trust:
#       path: trust
#       message: "it is trusted as much as custody of keys, and keeps none"
#   avoid: |
#     zones:
#       partners: {trust: 4}
#       custody: {trust: 4}      # the HSM stands here
#   prefer: |
#     zones:
#       partners: {trust: 0}
#       custody: {trust: 4}
#   rationale: |
#     Trust decides what has to be sealed, signed and checked. Whoever raises a zone's trust switches all of that off
#     at once, and everything still conforms; keys are the measure that nothing else reaches.
package limen.rules.access.key_zone_apart

applicable := input.standing.keeps_keys == false

checks["trust"] := {"holds": input.standing.trusted_as_keys == false}
