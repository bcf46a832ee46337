# METADATA
# title: "Every table is a tenant's or declared as shared"
# description: >-
#   The database has tables with the tenant column, all that the declaration names, and none without it that is not
#   declared as shared.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_tables
#   subject: tenancy_observation
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CM-2", "nist-800-53r5:SC-4", "nist-800-53r5:AC-4(21)", "nist-800-53r5:CA-7",
#     "iso-27001-2022:8.3"]
#   remediation: >-
#     Add the tenant column to the table, or name it in the probe's shared_tables if no tenant's rows are in it.
#   not_applicable: "this is not the database as a whole"
#   checks:
#     some:
#       path: tables
#       message: "no table has the tenant column"
#     judged:
#       path: unjudged
#       needs: [unjudged]
#       message: "{actual} {actual:table has|tables have} no tenant column and {actual:is|are} not declared as shared"
#     there:
#       path: absent
#       needs: [absent]
#       message: "{actual} {actual:table that is|tables that are} declared {actual:is|are} not there"
#   avoid: |
#     # CREATE TABLE note (stock_id int, body text);           -- whose note?
#     probes: [{probe: tenancy, component: stock-db, options: {shared_tables: [app.product]}}]
#   prefer: |
#     # CREATE TABLE note (stock_id int, tenant_id text, body text);
#     probes: [{probe: tenancy, component: stock-db, options: {shared_tables: [app.product]}}]
#   rationale: |
#     A table that nobody said anything about is the one in which tenants meet: notes, attachments, queues, exports.
package limen.rules.conformance.tenancy_tables

applicable := input.what == "database"

checks["some"] := {"holds": input.tables > 0}

checks["judged"] := {"holds": input.unjudged == 0, "actual": input.unjudged}

checks["there"] := {"holds": input.absent == 0, "actual": input.absent}
