# METADATA
# title: "A principal has a role"
# description: "A principal that is declared holds at least one role."
# schemas: [{input: schema.principal}]
# custom:
#   id: access.principal_idle
#   subject: principal
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-5"]
#   remediation: "Give it the role that it acts in, or delete it."
#   not_applicable: "every principal is declared for something"
#   checks:
#     roles:
#       path: roles
#       message: "it holds no role"
#   avoid: |
#     principals:
#       j-okafor: {roles: []}
#   prefer: |
#     principals:
#       j-okafor: {roles: [regulatory_reviewer]}
#   rationale: |
#     An account without a role is one that was forgotten, or whose role is given elsewhere, where separation of
#     duties does not look.
package limen.rules.access.principal_idle

applicable := true

checks["roles"] := {"holds": input.roles > 0}
