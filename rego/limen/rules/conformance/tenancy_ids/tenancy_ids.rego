# METADATA
# title: "Ids of tenants are what their inputs give, one each"
# description: >-
#   Each id in the table of tenants is what its immutable inputs give under the key of the binding; no two tenants
#   share an id, and no tenant has two.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_ids
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:IA-4", "21cfr1304:1304.03", "21cfr11:11.10(a)",
#     "nist-800-53r5:SI-7"]
#   remediation: >-
#     Compute the id again from the inputs, find out since when the two differ, and treat rows written meanwhile as an
#     incident; never hand an id on to another tenant.
#   not_applicable: "this is not a table of tenants"
#   checks:
#     derived:
#       path: ids.mismatched
#       needs: [ids.mismatched]
#       message: "{actual} {actual:id is|ids are} not what {actual:its|their} inputs give under the key"
#     unique:
#       path: ids.colliding
#       needs: [ids.colliding]
#       message: "{actual} tenants share an id with another"
#     single:
#       path: ids.reused
#       needs: [ids.reused]
#       message: "{actual} tenants have the inputs of another under a different id"
#     complete:
#       path: ids.incomplete
#       needs: [ids.incomplete]
#       message: "{actual} {actual:tenant has|tenants have} no id, or lack an input of it"
#   avoid: |
#     # INSERT INTO tenant VALUES ('pharmacy-22', …);          -- typed by hand
#     tenants:
#       pharmacy-022: {binding: {algorithm: HMAC-SHA-256, key: tenant-binding-key, inputs: [npi, facility]}}
#   prefer: |
#     # INSERT INTO tenant VALUES (:tenant_id, …);             -- limen.integrity.tenant_ids
#     tenants:
#       pharmacy-022: {binding: {algorithm: HMAC-SHA-256, key: tenant-binding-key, inputs: [npi, facility]}}
#   rationale: |
#     All isolation compares ids. An id that somebody chose can be chosen twice, and one that is used again brings
#     back the rows of whoever had it before.
package limen.rules.conformance.tenancy_ids

applicable := input.what == "ids"

checks["derived"] := {"holds": input.ids.mismatched == 0, "actual": input.ids.mismatched}

checks["unique"] := {"holds": input.ids.colliding == 0, "actual": input.ids.colliding}

checks["single"] := {"holds": input.ids.reused == 0, "actual": input.ids.reused}

checks["complete"] := {"holds": input.ids.incomplete == 0, "actual": input.ids.incomplete}
