# METADATA
# title: "Views and functions do not lend the rights of whoever made them"
# description: >-
#   No view or function that an application may use runs with rights that are above row security, and none of them is
#   a materialised copy of tenants' rows.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_rights
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-3", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-4",
#     "iso-27001-2022:8.3"]
#   remediation: >-
#     Make views WITH (security_invoker = true) and functions SECURITY INVOKER; replace materialised views by tables
#     with policies of their own.
#   not_applicable: "this is neither a view nor a function"
#   checks:
#     bound:
#       path: rights
#       needs: [rights]
#       message: "its rights are {actual}, so that row security does not bind who uses it"
#   avoid: |
#     # CREATE VIEW stock_of_today AS SELECT * FROM stock;
#     components:
#       stock-db: {isolation: {row_level_security: forced}}
#   prefer: |
#     # CREATE VIEW stock_of_today WITH (security_invoker = true) AS SELECT * FROM stock;
#     components:
#       stock-db: {isolation: {row_level_security: forced}}
#   rationale: |
#     A view is read with the rights of its owner unless it says otherwise, and its owner is mostly the one who made
#     the tables. A materialised view has no row security at all: it is a copy of every tenant's rows.
package limen.rules.conformance.tenancy_rights

applicable := input.what in {"view", "function"}

checks["bound"] := {"holds": input.rights in {"invoker", "bound", "closed"}, "actual": input.rights}
