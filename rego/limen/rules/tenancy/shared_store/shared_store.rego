# METADATA
# title: "Shared stores force row-level security and tenants' own keys"
# description: >-
#   A component that can store several tenants' instances keeps them apart by a field, forces row-level security and
#   seals each tenant's rows with that tenant's key.
# schemas: [{input: schema.component}]
# custom:
#   id: tenancy.shared_store
#   subject: component
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:SC-4", "nist-800-53r5:SC-7(21)", "nist-800-53r5:SC-28(1)"]
#   remediation: >-
#     Declare partitions_by and isolation with row_level_security forced and tenant_keys true, and configure the store
#     so.
#   not_applicable: the component stores instances of one tenant at most
#   checks:
#     partitioned:
#       path: partitioned
#       message: "{tenants} tenants' records are not kept apart by a field"
#     row_level_security:
#       path: isolation.row_level_security
#       message: "row-level security is {actual}; enabled lets the owner of the table pass"
#     tenant_keys:
#       path: isolation.tenant_keys
#       message: "rows of {tenants} tenants are not sealed with each tenant's own key"
#   avoid: |
#     shared-db: {kind: datastore, partitions_by: tenant_id, isolation: {row_level_security: enabled}}
#   prefer: |
#     shared-db: {kind: datastore, partitions_by: tenant_id, isolation: {row_level_security: forced,
#         tenant_predicate: proxy, tenant_keys: true}}
#   rationale: |
#     Row-level security that is merely enabled does not bind the table's owner, which is the role that applications
#     often use. Keys of its own make a tenant's rows useless to whoever gets round the database, and destroyable
#     alone.
package limen.rules.tenancy.shared_store

applicable := input.tenants_stored > 1

checks["partitioned"] := {"holds": input.partitioned, "tenants": input.tenants_stored}

checks["row_level_security"] := {
	"holds": input.isolation.row_level_security == "forced",
	"actual": input.isolation.row_level_security,
}

checks["tenant_keys"] := {"holds": input.isolation.tenant_keys, "tenants": input.tenants_stored}
