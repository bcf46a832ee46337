# METADATA
# title: "Isolation that is declared is whole wherever tenants meet"
# description: >-
#   A component with several tenants' instances that declares any isolation keeps them apart by the tenant's id, in
#   the query, in the rows and by keys.
# schemas: [{input: schema.component}]
# custom:
#   id: tenancy.isolation_whole
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-4", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-7(21)", "iso-27001-2022:8.3"]
#   remediation: >-
#     Declare partitions_by with the field of the tenant's id, and isolation with row_level_security forced, a
#     tenant_predicate that the profile allows, and tenant_keys.
#   parameters:
#     partition_fields: {type: strings, stricter: fewer}
#     predicates_allowed: {type: strings, stricter: fewer}
#   not_applicable: "one tenant at most is held here, or no isolation is declared at all"
#   checks:
#     partition:
#       path: partitions_by
#       message: "records are kept apart by {actual}, which is none of {required}"
#     rows:
#       path: isolation.row_level_security
#       message: "row-level security is {actual}"
#     predicate:
#       path: isolation.tenant_predicate
#       message: "the tenant condition is added by {actual}; the profile allows {required}"
#     keys:
#       path: isolation.tenant_keys
#       message: "tenants here, {actual} of them, share keys"
#   avoid: |
#     gateway: {partitions_by: region, isolation: {row_level_security: enabled}}
#   prefer: |
#     gateway: {partitions_by: tenant_id, isolation: {row_level_security: forced, tenant_predicate: proxy,
#       tenant_keys: true}}
#   rationale: |
#     Tenants meet in gateways, queues and backups before they meet in a database. Each of the four stands for itself
#     when another fails, and three of four is what a break-in is looking for.
package limen.rules.tenancy.isolation_whole

import data.limen.lib.logic
import data.limen.parameters

declared := logic.either(
	logic.either(input.partitioned, input.isolation.row_level_security != "undeclared"),
	logic.either(input.isolation.tenant_predicate != "undeclared", input.isolation.tenant_keys),
)

applicable := logic.both(input.tenants_held > 1, declared)

checks["partition"] := {
	"holds": input.use.partition in parameters.partition_fields,
	"actual": input.use.partition,
	"required": parameters.partition_fields,
}

checks["rows"] := {
	"holds": input.isolation.row_level_security == "forced",
	"actual": input.isolation.row_level_security,
}

checks["predicate"] := {
	"holds": input.isolation.tenant_predicate in parameters.predicates_allowed,
	"actual": input.isolation.tenant_predicate,
	"required": parameters.predicates_allowed,
}

checks["keys"] := {"holds": input.isolation.tenant_keys, "actual": input.tenants_held}
