# METADATA
# title: Automatic rotation is on, and happens
# description: "Where the custodian can rotate such a key by itself, that is switched on, and by their dates the
#   versions follow."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_automatic_rotation
#   subject: kms_observation
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-57pt1r5:8.2.3", "pci-dss-4.0.1:3.7.4"]
#   remediation: "Switch automatic rotation on; where it is on and late, find out what keeps the custodian from it."
#   parameters:
#     rotation_delay: {type: duration, stricter: lower}
#   not_applicable: "the custodian knows no such key, or can't rotate one like it by itself"
#   checks:
#     switched_on:
#       path: rotation_on
#       needs: [rotation_on]
#       message: "the custodian does not rotate the key by itself"
#     in_time:
#       path: rotation_overdue
#       needs: [rotation_overdue]
#       message: "automatic rotation is late by {actual}; the profile allows {required}"
#   avoid: |
#     # bao write encrypt/keys/phi-data/config auto_rotate_period=0
#     keys:
#       phi-key: {provider: vault, rotation: P90D}
#   prefer: |
#     # bao write encrypt/keys/phi-data/config auto_rotate_period=2160h
#     keys:
#       phi-key: {provider: vault, rotation: P90D}
#   rationale: |
#     What people must remember is forgotten in the year that it matters. And a flag that is on while versions stay
#     old is worse than one that is off: everybody relies on it.
package limen.rules.conformance.kms_automatic_rotation

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.exists, input.rotates_alone)

checks["switched_on"] := {"holds": input.rotation_on}

checks["in_time"] := {
	"holds": input.rotation_overdue <= parameters.rotation_delay,
	"actual": input.rotation_overdue,
	"required": parameters.rotation_delay,
}
