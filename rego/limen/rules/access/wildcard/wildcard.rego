# METADATA
# title: No wildcard admits a caller
# description: Neither the permission that a flow asks for nor the grant that matches it holds a wildcard.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.wildcard
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-6", "45cfr164:164.502(b)", "pci-dss-4.0.1:7.2.2"]
#   remediation: "Write the permissions out, one for each act."
#   not_applicable: the flow asks for no permission
#   checks:
#     exact:
#       path: authz.permission
#       message: "the permission, or the grant that matches it, holds a wildcard"
#   avoid: |
#     authz: {roles: [operator], permission: "record:*"}
#   prefer: |
#     authz: {roles: [operator], permission: "record:read"}
#   rationale: |
#     A wildcard grants what does not exist yet: the permission that is added next year is given to everybody who
#     holds it today, and no review ever sees it.
package limen.rules.access.wildcard

applicable := input.authz.permission

checks["exact"] := {"holds": input.authz.wildcard == false, "actual": input.authz.wildcard}
