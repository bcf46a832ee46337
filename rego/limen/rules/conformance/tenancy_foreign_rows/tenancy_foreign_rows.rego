# METADATA
# title: "Rows of another tenant are out of reach"
# description: >-
#   Set to one tenant, no role that was tried can read, add, change or delete rows of another, in a table, partition
#   or view.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_foreign_rows
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-4",
#     "45cfr164:164.312(a)(1)", "21cfr11:11.10(d)", "nist-800-53r5:CA-7", "iso-27001-2022:8.3"]
#   remediation: >-
#     Repair the policies of the table, of the partition or of what is read through the view, and run the probe again.
#   not_applicable: "this is neither a table nor a view with the tenant column"
#   checks:
#     read:
#       path: behaviour.set.read
#       needs: [behaviour.set.read]
#       message: "another tenant's rows can be read"
#     insert:
#       path: behaviour.set.insert
#       needs: [behaviour.set.insert]
#       message: "another tenant's rows can be added"
#     update:
#       path: behaviour.set.update
#       needs: [behaviour.set.update]
#       message: "another tenant's rows can be changed"
#     delete:
#       path: behaviour.set.delete
#       needs: [behaviour.set.delete]
#       message: "another tenant's rows can be deleted"
#   avoid: |
#     # SET app.tenant_id = 'a'; SELECT count(*) FROM stock WHERE tenant_id = 'b';     -- 1204
#     components:
#       stock-db: {partitions_by: tenant_id}
#   prefer: |
#     # SET app.tenant_id = 'a'; SELECT count(*) FROM stock WHERE tenant_id = 'b';     -- 0
#     components:
#       stock-db: {partitions_by: tenant_id}
#   rationale: |
#     What the catalogue says is how isolation is meant; what a role can do is how it is. Functions in policies,
#     triggers and grants decide between the two, and only an attempt shows the sum.
package limen.rules.conformance.tenancy_foreign_rows

import data.limen.lib.logic

applicable := logic.both(input.what in {"table", "view"}, input.partitioned)

checks["read"] := {"holds": input.behaviour.set.read == "refused"}

checks["insert"] := {"holds": input.behaviour.set.insert == "refused"}

checks["update"] := {"holds": input.behaviour.set.update == "refused"}

checks["delete"] := {"holds": input.behaviour.set.delete == "refused"}
