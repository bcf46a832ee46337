# METADATA
# title: "Every record says how long it is kept"
# description: >-
#   An item that is moved or stored declares retention, at least as long as the profile says of anything.
# schemas: [{input: schema.data}]
# custom:
#   id: retention.period_stated
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-12", "nist-800-53r5:AU-11", "21cfr11:11.10(c)"]
#   remediation: "Declare retention; what may go at once says so with a short one that the profile allows."
#   parameters:
#     retention_floor: {type: duration, stricter: higher}
#   not_applicable: "nothing moves or stores the item"
#   checks:
#     period:
#       path: retention
#       needs: [retention]
#       message: "the item is kept for {actual}; the profile requires {required} of anything"
#   avoid: |
#     stock-position: {label: {level: confidential}}
#   prefer: |
#     stock-position: {label: {level: confidential}, retention: P7Y}
#   rationale: |
#     What has no period is kept for ever or deleted tonight, as the disk has room. An inspection asks for both.
package limen.rules.retention.period_stated

import data.limen.parameters

applicable := (input.moved + input.stored) > 0

checks["period"] := {
	"holds": input.retention >= parameters.retention_floor,
	"actual": input.retention,
	"required": parameters.retention_floor,
}
