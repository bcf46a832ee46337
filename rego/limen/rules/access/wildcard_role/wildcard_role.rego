# METADATA
# title: No role grants a wildcard
# description: Every permission of a role is written out.
# schemas: [{input: schema.role}]
# custom:
#   id: access.wildcard_role
#   subject: role
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-6(1)", "45cfr164:164.502(b)", "pci-dss-4.0.1:7.2.2",
#     "pci-dss-4.0.1:7.2.5", "iso-27001-2022:8.2"]
#   remediation: Replace the wildcard with the permissions that holders of the role use.
#   not_applicable: the role grants nothing
#   checks:
#     exact:
#       path: permissions
#       message: "{actual} of {permissions} {permissions:permission|permissions} {actual:holds|hold} a wildcard"
#   avoid: |
#     admin: {permissions: ["*"], subjects: human}
#   prefer: |
#     records_officer: {permissions: ["record:read", "record:release"], subjects: human}
#   rationale: |
#     Least privilege means that what a role may do can be read off its definition. A wildcard can't be read: it means
#     whatever the system happens to offer.
package limen.rules.access.wildcard_role

applicable := input.permissions > 0

checks["exact"] := {
	"holds": input.wildcards == 0,
	"actual": input.wildcards,
	"permissions": input.permissions,
}
