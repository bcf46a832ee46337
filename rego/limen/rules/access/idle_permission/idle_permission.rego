# METADATA
# title: "A role grants what its own flows ask for"
# description: "Every permission of a role is asked for by a flow that is open to that role."
# schemas: [{input: schema.role}]
# custom:
#   id: access.idle_permission
#   subject: role
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-207:tenet-3"]
#   remediation: "Take the permission away, or name the role on the flow that asks for it."
#   not_applicable: "the role grants nothing"
#   checks:
#     idle:
#       path: permissions
#       message: "no flow open to the role asks for {actual} of its permissions"
#   avoid: |
#     roles:
#       reviewer: {permissions: ["submission:sign", "alert:raise"]}
#   prefer: |
#     roles:
#       reviewer: {permissions: ["submission:sign"]}
#   rationale: |
#     A permission that others use and this role never does is invisible until somebody in the role uses it. Least
#     privilege is the list of what was asked for.
package limen.rules.access.idle_permission

applicable := input.permissions > 0

checks["idle"] := {"holds": input.idle == 0, "actual": input.idle}
