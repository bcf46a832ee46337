# METADATA
# title: The calling workload acts in a role of the flow
# description: "Where the roles of a flow are for workloads, the component that opens it acts in one of them."
# schemas: [{input: schema.flow}]
# custom:
#   id: access.role_not_held
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-6", "nist-800-207:tenet-6", "pci-dss-4.0.1:7.2.5",
#     "iso-27001-2022:8.3"]
#   remediation: "Add the role to the calling component's roles, or name on the flow the role in which it acts."
#   not_applicable: no role of the flow is for workloads only
#   checks:
#     held:
#       path: authz.roles
#       message: "the calling component acts in {actual} of the flow's {workload} {workload:role|roles} for workloads"
#   avoid: |
#     components: {automation: {zone: processing, kind: service}}
#     flows:
#       - {id: write, from: automation, authz: {roles: [ingestion_service], permission: "record:write"}, ...}
#   prefer: |
#     components: {automation: {zone: processing, kind: service, roles: [ingestion_service]}}
#     flows:
#       - {id: write, from: automation, authz: {roles: [ingestion_service], permission: "record:write"}, ...}
#   rationale: |
#     A flow for a role that its own caller does not hold is either dead or unchecked. Unchecked is the likelier: it
#     works, so nobody notices.
package limen.rules.access.role_not_held

applicable := input.authz.workload_roles > 0

checks["held"] := {
	"holds": input.authz.caller_roles > 0,
	"actual": input.authz.caller_roles,
	"workload": input.authz.workload_roles,
}
