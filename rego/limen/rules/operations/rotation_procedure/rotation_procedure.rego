# METADATA
# title: There is a procedure for rotating keys
# description: A system with keys names a written procedure for their rotation.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.rotation_procedure
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "45cfr164:164.316(b)(1)", "nist-800-57pt1r5:5.3", "nist-800-57pt1r5:5.5",
#     "pci-dss-4.0.1:3.7.5", "iso-27001-2022:5.37"]
#   remediation: "Write the procedure and name its path under key_rotation_procedure."
#   not_applicable: the system has no keys
#   checks:
#     named:
#       path: key_rotation_procedure
#       message: "no procedure is named for {actual} {actual:key|keys}"
#   avoid: |
#     keys: {phi-data-key: {rotation: P365D}}
#   prefer: |
#     keys: {phi-data-key: {rotation: P365D}}
#     key_rotation_procedure: docs/rotation.md
#   rationale: |
#     Rotation on schedule is a machine's work; rotation in a hurry, after a leak, is people's. Without a procedure
#     the first one in a hurry makes records unreadable.
package limen.rules.operations.rotation_procedure

applicable := input.keys > 0

checks["named"] := {"holds": input.key_rotation_procedure, "actual": input.keys}
