# METADATA
# title: Every role of a flow grants the permission that it asks for
# description: Each role that may use a flow grants the permission that the flow asks for.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.permission_not_granted
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-6", "21cfr11:11.10(g)", "45cfr164:164.308(a)(4)(i)",
#     "45cfr164:164.312(a)(1)", "pci-dss-4.0.1:7.2.1", "iso-27001-2022:5.18", "iso-27001-2022:8.3"]
#   remediation: "Add the permission to the role, or take the role off the flow."
#   not_applicable: the flow names no role or asks for no permission
#   checks:
#     granted:
#       path: authz.permission
#       message: "{actual} of {required} {required:role|roles} {actual:grants|grant} the permission that is asked for"
#   avoid: |
#     roles:
#       auditor: {permissions: ["log:read"], subjects: human}
#     flows:
#       - {id: in, authz: {roles: [auditor], permission: "packet:upload"}, ...}
#   prefer: |
#     roles:
#       site_coordinator: {permissions: ["packet:upload"], subjects: human}
#     flows:
#       - {id: in, authz: {roles: [site_coordinator], permission: "packet:upload"}, ...}
#   rationale: |
#     A flow that admits roles without the permission that it asks for either fails in production or does not check
#     what it says. Authority checks must be ones that the declared roles can pass.
package limen.rules.access.permission_not_granted

import data.limen.lib.logic

applicable := logic.both(input.authz.permission, input.authz.roles > 0)

# A role without the grant is either a mistake in the flow or a check that nobody makes.
checks["granted"] := {
	"holds": input.authz.granting_roles == input.authz.roles,
	"actual": input.authz.granting_roles,
	"required": input.authz.roles,
}
