# METADATA
# title: "Policies for writing state what may be written"
# description: >-
#   Each policy for writing has a WITH CHECK of its own, and it binds the new row to the tenant of the session.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_write_checks
#   subject: tenancy_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SI-7", "21cfr11:11.10(g)",
#     "45cfr164:164.312(c)(1)", "iso-27001-2022:8.3"]
#   remediation: >-
#     ALTER POLICY … WITH CHECK (tenant_id = current_setting('app.tenant_id')).
#   not_applicable: "this is not a table"
#   checks:
#     bound:
#       path: policies.checks_weak
#       needs: [policies.checks_weak]
#       message: >-
#         the WITH CHECK of {actual} {actual:policy does|policies do} not bind new rows to the tenant of the session
#     stated:
#       path: policies.checks_missing
#       needs: [policies.checks_missing]
#       message: "{actual} {actual:policy|policies} for writing {actual:states|state} no WITH CHECK"
#   avoid: |
#     # CREATE POLICY own ON stock USING (tenant_id = current_setting('app.tenant_id')) WITH CHECK (true);
#     components:
#       stock-db: {isolation: {tenant_predicate: database}}
#   prefer: |
#     # … WITH CHECK (tenant_id = current_setting('app.tenant_id'));
#     components:
#       stock-db: {isolation: {tenant_predicate: database}}
#   rationale: |
#     Who may write rows for another tenant plants records there: a dispensing that never was, in somebody else's
#     ledger. Without a WITH CHECK of its own a policy falls back on USING, so that whoever later widens what may be
#     read widens what may be written.
package limen.rules.conformance.tenancy_write_checks

applicable := input.what == "table"

checks["bound"] := {"holds": input.policies.checks_weak == 0, "actual": input.policies.checks_weak}

checks["stated"] := {"holds": input.policies.checks_missing == 0, "actual": input.policies.checks_missing}
