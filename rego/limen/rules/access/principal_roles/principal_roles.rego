# METADATA
# title: "A principal is a person or a workload"
# description: >-
#   A principal holds roles of people alone, or exactly the roles in which some component acts, and then it is the
#   only such principal.
# schemas: [{input: schema.principal}]
# custom:
#   id: access.principal_roles
#   subject: principal
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-5", "nist-800-53r5:AC-6", "21cfr11:11.10(g)"]
#   remediation: >-
#     Take away what is not its own: people get people's roles, a service account the roles of its component.
#   not_applicable: "every principal holds roles"
#   checks:
#     roles:
#       path: roles
#       message: "it holds {actual} {actual:role|roles}, neither people's alone nor exactly those of a component"
#     own:
#       path: twins
#       message: "{actual} other {actual:principal has|principals have} the same roles of a component"
#   avoid: |
#     principals:
#       svc-trace: {roles: [event_capture, regulatory_reviewer]}
#   prefer: |
#     principals:
#       svc-trace: {roles: [event_capture]}
#   rationale: |
#     A service account with one role more than its service is how a signature comes about that nobody gave.
package limen.rules.access.principal_roles

import data.limen.lib.logic

applicable := true

people := input.human_roles == input.roles

checks["roles"] := {"holds": logic.either(input.as_component, people), "actual": input.roles}

checks["own"] := {"holds": logic.either(input.twins == 0, people), "actual": input.twins}
