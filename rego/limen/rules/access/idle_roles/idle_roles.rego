# METADATA
# title: "A component acts in no role that it does not need"
# description: "For every role of a component there is a flow that it opens and that asks for this role."
# schemas: [{input: schema.component}]
# custom:
#   id: access.idle_roles
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-207:tenet-3", "iso-27001-2022:8.2",
#     "nist-800-53r5:AC-2", "pci-dss-4.0.1:7.2.1"]
#   remediation: "Take the role from the component, or name it under authz.roles of the flow that needs it."
#   not_applicable: "every component is judged"
#   checks:
#     role:
#       path: roles
#       message: "no flow from here asks for {actual} of its roles"
#   avoid: |
#     components:
#       packager: {roles: [submitter, event_capture]}      # it captures no events
#   prefer: |
#     components:
#       packager: {roles: [submitter]}
#   rationale: |
#     A role that is never used is noticed by nobody but the one who takes the component over.
package limen.rules.access.idle_roles

applicable := true

checks["role"] := {"holds": input.use.idle_roles == 0, "actual": input.use.idle_roles}
