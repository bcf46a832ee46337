# METADATA
# title: "Without a tenant nothing can be reached"
# description: >-
#   In a session whose tenant is not set, or set to an empty text, no role that was tried can read, add, change or
#   delete any tenant's rows.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_unset
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:SC-4", "nist-800-53r5:SC-24", "45cfr164:164.312(a)(1)",
#     "21cfr11:11.10(d)", "iso-27001-2022:8.3"]
#   remediation: >-
#     Let policies read the tenant with current_setting('app.tenant_id') alone: unset it is an error, and empty it is
#     nobody's.
#   not_applicable: "this is neither a table nor a view with the tenant column"
#   checks:
#     unset_read:
#       path: behaviour.unset.read
#       needs: [behaviour.unset.read]
#       message: "rows can be read where no tenant was ever set"
#     unset_insert:
#       path: behaviour.unset.insert
#       needs: [behaviour.unset.insert]
#       message: "rows can be added where no tenant was ever set"
#     unset_update:
#       path: behaviour.unset.update
#       needs: [behaviour.unset.update]
#       message: "rows can be changed where no tenant was ever set"
#     unset_delete:
#       path: behaviour.unset.delete
#       needs: [behaviour.unset.delete]
#       message: "rows can be deleted where no tenant was ever set"
#     empty_read:
#       path: behaviour.empty.read
#       needs: [behaviour.empty.read]
#       message: "rows can be read where the tenant is empty"
#     empty_insert:
#       path: behaviour.empty.insert
#       needs: [behaviour.empty.insert]
#       message: "rows can be added where the tenant is empty"
#     empty_update:
#       path: behaviour.empty.update
#       needs: [behaviour.empty.update]
#       message: "rows can be changed where the tenant is empty"
#     empty_delete:
#       path: behaviour.empty.delete
#       needs: [behaviour.empty.delete]
#       message: "rows can be deleted where the tenant is empty"
#   avoid: |
#     # USING (current_setting('app.tenant_id', true) IS NULL OR tenant_id = current_setting('app.tenant_id'))
#     components:
#       stock-db: {partitions_by: tenant_id}
#   prefer: |
#     # USING (tenant_id = current_setting('app.tenant_id'))
#     components:
#       stock-db: {partitions_by: tenant_id}
#   rationale: |
#     A pooled connection, a background job, a console: sooner or later a session forgets its tenant. It must then see
#     nothing, not everything.
package limen.rules.conformance.tenancy_unset

import data.limen.lib.logic

applicable := logic.both(input.what in {"table", "view"}, input.partitioned)

checks["unset_read"] := {"holds": input.behaviour.unset.read == "refused"}

checks["unset_insert"] := {"holds": input.behaviour.unset.insert == "refused"}

checks["unset_update"] := {"holds": input.behaviour.unset.update == "refused"}

checks["unset_delete"] := {"holds": input.behaviour.unset.delete == "refused"}

checks["empty_read"] := {"holds": input.behaviour.empty.read == "refused"}

checks["empty_insert"] := {"holds": input.behaviour.empty.insert == "refused"}

checks["empty_update"] := {"holds": input.behaviour.empty.update == "refused"}

checks["empty_delete"] := {"holds": input.behaviour.empty.delete == "refused"}
