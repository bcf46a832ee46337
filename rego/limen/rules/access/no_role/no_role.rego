# METADATA
# title: A flow says which roles may use it
# description: Each flow names at least one role that may use it.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.no_role
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "21cfr11:11.10(d)", "21cfr11:11.10(g)", "eu-annex-11:12.1",
#     "45cfr164:164.308(a)(4)(i)", "45cfr164:164.312(a)(1)", "21cfr1311:1311.120", "21cfr1311:1311.205",
#     "nist-800-207:tenet-6", "pci-dss-4.0.1:7.2.1", "iso-27001-2022:5.15"]
#   remediation: "Name the roles that may use the flow in authz.roles, and enforce them at the receiving end."
#   not_applicable: "never: every flow is judged"
#   checks:
#     roles:
#       path: authz.roles
#       message: "no role is named; the label of what moves is {label}"
#   avoid: |
#     authz: {permission: "packet:upload"}
#   prefer: |
#     authz: {roles: [site_coordinator], permission: "packet:upload"}
#   rationale: |
#     Who the caller is says nothing about what it may do. Without a role, every authenticated workload is admitted,
#     and access can't be reviewed by asking who holds what.
package limen.rules.access.no_role

applicable := true

checks["roles"] := {"holds": input.authz.roles > 0, "actual": input.authz.roles, "label": input.label.text}
