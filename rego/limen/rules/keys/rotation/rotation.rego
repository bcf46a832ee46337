# METADATA
# title: "Keys rotate, and often enough"
# description: "A key declares how often it gets a new version, and that is no longer than the profile allows."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.rotation
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-57pt1r5:5.3", "nist-800-57pt1r5:8.2.3", "pci-dss-4.0.1:3.7.4",
#     "iso-27001-2022:8.24"]
#   remediation: "Declare rotation within the profile's maximum and switch automatic rotation on at the custodian."
#   parameters:
#     rotation_maximum: {type: duration, stricter: lower}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     declared:
#       path: rotates
#       message: no rotation is declared
#     interval:
#       path: rotation
#       needs: [rotation]
#       message: "the key rotates every {actual}; the profile requires {required} at most"
#   avoid: |
#     keys:
#       phi-key: {rotation: P3Y}
#   prefer: |
#     keys:
#       phi-key: {rotation: P365D, retains_old_versions: true}
#   rationale: |
#     Rotation bounds how much one stolen version opens and how many messages it seals. SP 800-57 Part 1 asks for
#     limited cryptoperiods; the number of days is a policy of ours.
package limen.rules.keys.rotation

import data.limen.parameters

applicable := count(input.uses) > 0

checks["declared"] := {"holds": input.rotates}

checks["interval"] := {
	"holds": input.rotation <= parameters.rotation_maximum,
	"actual": input.rotation,
	"required": parameters.rotation_maximum,
}
