# METADATA
# title: "Whoever is not trusted at all is rate limited"
# description: "A zone of trust 0 is rate limited, whether anyone may call there or named callers only."
# schemas: [{input: schema.zone}]
# custom:
#   id: access.outside_rate_limited
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-5", "nist-800-53r5:SC-7", "iso-27001-2022:8.20"]
#   remediation: "Limit the rate of every caller at the zone's border and declare rate_limited: true."
#   not_applicable: "the zone is trusted"
#   checks:
#     limited:
#       path: rate_limited
#       message: "the zone is not trusted at all, and nothing limits the rate of its callers"
#   avoid: |
#     zones:
#       partners: {trust: 0, callers: ["zone:egress"]}
#   prefer: |
#     zones:
#       partners: {trust: 0, callers: ["zone:egress"], rate_limited: true}
#   rationale: |
#     A partner that is broken into knocks a thousand times a second with its own valid certificate.
package limen.rules.access.outside_rate_limited

applicable := input.trust == 0

checks["limited"] := {"holds": input.rate_limited}
