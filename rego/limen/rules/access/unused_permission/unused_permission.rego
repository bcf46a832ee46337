# METADATA
# title: Every permission that a role grants is used
# description: Some flow asks for each permission that a role grants.
# schemas: [{input: schema.role}]
# custom:
#   id: access.unused_permission
#   subject: role
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-6(7)", "45cfr164:164.308(a)(4)(i)", "45cfr164:164.502(b)",
#     "nist-800-207:5.3", "pci-dss-4.0.1:7.2.2", "iso-27001-2022:5.18"]
#   remediation: "Take the permission off the role, or declare the flow that uses it."
#   not_applicable: the role grants nothing
#   checks:
#     used:
#       path: permissions
#       message: "no flow asks for {actual} of {permissions} {permissions:permission|permissions}"
#   avoid: |
#     reviewer: {permissions: ["report:read", "report:delete"], subjects: human}   # nothing deletes reports
#   prefer: |
#     reviewer: {permissions: ["report:read"], subjects: human}
#   rationale: |
#     What nobody needs is still there for whoever takes over the account. Unused grants are also where undeclared
#     flows hide: the use exists and the declaration does not.
package limen.rules.access.unused_permission

applicable := input.permissions > 0

checks["used"] := {"holds": input.unused == 0, "actual": input.unused, "permissions": input.permissions}
