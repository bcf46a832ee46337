# METADATA
# title: The key's versions have dates, and the newest is recent
# description: "The newest version is no older than the profile allows, by dates that can be true; a flag proves
#   nothing."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_rotated
#   subject: kms_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-57pt1r5:5.3", "pci-dss-4.0.1:3.7.4"]
#   remediation: "Rotate the key, and see to it that the custodian goes on doing so; where its dates can't be true,
#     mend its clock."
#   parameters:
#     rotation_maximum: {type: duration, stricter: lower}
#   not_applicable: the custodian knows no such key
#   checks:
#     recent:
#       path: newest_at
#       needs: [newest_at]
#       message: "the newest version is {actual} old; the profile allows {required}"
#     credible:
#       path: impossible_dates
#       needs: [impossible_dates]
#       message: "{actual} {actual:date|dates} of the key's versions can't be true: still to come, or out of order"
#   avoid: |
#     # EnableKeyRotation: true, and ListKeyRotations is empty after two years
#     keys:
#       phi-key: {rotation: P365D}
#   prefer: |
#     # ListKeyRotations shows the last one 30 days ago
#     keys:
#       phi-key: {rotation: P365D}
#   rationale: |
#     That rotation is switched on says what somebody wanted. Whether a new version was ever made, only the dates of
#     the versions say, and a custodian whose dates contradict themselves says nothing.
package limen.rules.conformance.kms_rotated

import data.limen.parameters

applicable := input.exists

checks["recent"] := {
	"holds": (input.now - input.newest_at) <= parameters.rotation_maximum,
	"actual": input.now - input.newest_at,
	"required": parameters.rotation_maximum,
}

checks["credible"] := {"holds": input.impossible_dates == 0, "actual": input.impossible_dates}
