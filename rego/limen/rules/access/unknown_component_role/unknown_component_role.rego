# METADATA
# title: Roles that a component acts in are defined
# description: Every role that a component names is defined in the section roles.
# schemas: [{input: schema.component}]
# custom:
#   id: access.unknown_component_role
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-2", "nist-800-53r5:AC-3"]
#   remediation: "Define the role under roles, or correct its name in the component's roles."
#   not_applicable: the component acts in no role
#   checks:
#     known:
#       path: roles
#       message: "{actual} of {roles} {roles:role|roles} {actual:is|are} not defined"
#   avoid: |
#     automation: {zone: processing, kind: service, roles: [ingestion]}
#   prefer: |
#     automation: {zone: processing, kind: service, roles: [ingestion_service]}
#   rationale: |
#     A workload that acts in an undefined role has rights that nobody wrote down. Unknown rights are taken for the
#     worst, and so they fail.
package limen.rules.access.unknown_component_role

applicable := input.roles > 0

checks["known"] := {"holds": input.unknown_roles == 0, "actual": input.unknown_roles, "roles": input.roles}
