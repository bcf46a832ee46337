# METADATA
# title: A flow asks for a permission
# description: Each flow names the permission that its use requires.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.no_permission
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-6", "21cfr11:11.10(g)", "eu-annex-11:12.1",
#     "45cfr164:164.312(a)(1)", "21cfr1311:1311.120", "nist-800-207:tenet-6", "pci-dss-4.0.1:7.3.3",
#     "iso-27001-2022:5.15"]
#   remediation: Name the permission in authz.permission and check it at each call.
#   not_applicable: "never: every flow is judged"
#   checks:
#     permission:
#       path: authz.permission
#       message: "no permission is asked for; the label of what moves is {label}"
#   avoid: |
#     authz: {roles: [site_coordinator]}
#   prefer: |
#     authz: {roles: [site_coordinator], permission: "packet:upload"}
#   rationale: |
#     A role without a permission is a badge that opens every door. Permissions name acts, so that duties can be kept
#     apart and each role can be given as little as it needs.
package limen.rules.access.no_permission

applicable := true

checks["permission"] := {"holds": input.authz.permission, "label": input.label.text}
