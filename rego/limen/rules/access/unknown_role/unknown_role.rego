# METADATA
# title: Roles of a flow are defined
# description: Every role that a flow names is defined in the section roles; an unknown one admits nobody.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.unknown_role
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-2", "nist-800-53r5:AC-3", "21cfr11:11.10(g)", "pci-dss-4.0.1:7.3.3"]
#   remediation: "Define the role under roles, or correct its name in authz.roles."
#   not_applicable: the flow names no role
#   checks:
#     known:
#       path: authz.roles
#       message: "{actual} of {roles} {roles:role|roles} {actual:is|are} not defined"
#   avoid: |
#     authz: {roles: [site_cordinator], permission: "packet:upload"}
#   prefer: |
#     authz: {roles: [site_coordinator], permission: "packet:upload"}
#   rationale: |
#     A role that nobody defined can't be reviewed or revoked. What an implementation does with it is a guess, and a
#     lenient guess admits everybody: so it fails closed.
package limen.rules.access.unknown_role

applicable := input.authz.roles > 0

checks["known"] := {
	"holds": input.authz.unknown_roles == 0,
	"actual": input.authz.unknown_roles,
	"roles": input.authz.roles,
}
