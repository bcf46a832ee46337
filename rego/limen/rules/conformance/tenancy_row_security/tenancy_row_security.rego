# METADATA
# title: "Row security binds every table of tenants, its owner too"
# description: >-
#   Each table or partition with tenants' rows has row level security forced, at least one policy and the tenant
#   column, and no role that was tried may empty it with TRUNCATE.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_row_security
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-4", "45cfr164:164.312(a)(1)",
#     "21cfr11:11.10(d)", "iso-27001-2022:8.3", "nist-800-53r5:CM-6"]
#   remediation: >-
#     ALTER TABLE … ENABLE ROW LEVEL SECURITY and FORCE ROW LEVEL SECURITY, on each partition too, and CREATE POLICY
#     with a condition on the tenant column.
#   not_applicable: "this is not a table"
#   checks:
#     forced:
#       path: row_security
#       needs: [row_security]
#       message: "row level security is {actual} here; forced is required"
#     truncate:
#       path: truncatable
#       needs: [truncatable]
#       message: "a role may TRUNCATE it, and row security does not bind that"
#     policy:
#       path: policies.permissive
#       needs: [policies.permissive]
#       message: "no policy admits any row"
#     column:
#       path: partitioned
#       message: "the table does not have the tenant column"
#   avoid: |
#     # ALTER TABLE stock ENABLE ROW LEVEL SECURITY;            -- its owner still sees every tenant
#     components:
#       stock-db: {isolation: {row_level_security: forced}}
#   prefer: |
#     # ALTER TABLE stock ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
#     components:
#       stock-db: {isolation: {row_level_security: forced}}
#   rationale: |
#     Row security that is off leaves its policies behind as decoration. Enabled but not forced it exempts the owner,
#     which is what migrations and many applications log in as. A partition is a table of its own: who reads it by its
#     name meets its policies, not those of its parent.
package limen.rules.conformance.tenancy_row_security

applicable := input.what == "table"

checks["forced"] := {"holds": input.row_security == "forced", "actual": input.row_security}

checks["truncate"] := {"holds": input.truncatable == false}

checks["policy"] := {"holds": input.policies.permissive > 0}

checks["column"] := {"holds": input.partitioned}
