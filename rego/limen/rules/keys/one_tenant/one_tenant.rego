# METADATA
# title: No key serves several tenants
# description: "A key is used by components, or for instances, of one tenant at most."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.one_tenant
#   subject: key
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:SC-7(21)", "nist-800-53r5:SC-12"]
#   remediation: "Give each tenant a key of its own, wrapped by a platform key, and declare its tenant."
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     tenants:
#       path: tenants
#       message: "{actual} {actual:tenant uses|tenants use} the key"
#   avoid: |
#     components:
#       store-a: {tenant: pharmacy-014, opens_with: [shared-key]}
#       store-b: {tenant: pharmacy-022, opens_with: [shared-key]}
#   prefer: |
#     components:
#       store-a: {tenant: pharmacy-014, opens_with: [key-014]}
#       store-b: {tenant: pharmacy-022, opens_with: [key-022]}
#   rationale: |
#     A key that two tenants share makes each a reader of the other's records, whatever the database says, and it
#     can't be destroyed for one of them alone.
package limen.rules.keys.one_tenant

applicable := count(input.uses) > 0

checks["tenants"] := {"holds": input.tenants <= 1, "actual": input.tenants}
