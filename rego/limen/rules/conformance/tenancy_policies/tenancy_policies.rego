# METADATA
# title: "Policies hold each row against the tenant of the session"
# description: >-
#   No policy admits every row, asks something else than the tenant, or puts another tenant in place of one that is
#   not set.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_policies
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-4", "45cfr164:164.312(a)(1)",
#     "21cfr11:11.10(g)", "iso-27001-2022:8.3"]
#   remediation: >-
#     Write the condition as tenant_id = current_setting('app.tenant_id'), without a default: an unset tenant is then
#     an error, and no row is seen.
#   not_applicable: "this is not a table"
#   checks:
#     constant:
#       path: policies.constant
#       needs: [policies.constant]
#       message: "{actual} {actual:policy admits|policies admit} every row, whatever the tenant"
#     unbound:
#       path: policies.unbound
#       needs: [policies.unbound]
#       message: >-
#         {actual} {actual:policy does|policies do} not hold the tenant column against the tenant of the session
#     defaulted:
#       path: policies.defaulted
#       needs: [policies.defaulted]
#       message: "{actual} {actual:policy puts|policies put} another value in place of a tenant that is not set"
#   avoid: |
#     # CREATE POLICY own ON stock USING (tenant_id = COALESCE(current_setting('app.tenant_id', true), tenant_id));
#     components:
#       stock-db: {isolation: {tenant_predicate: database}}
#   prefer: |
#     # CREATE POLICY own ON stock USING (tenant_id = current_setting('app.tenant_id'));
#     components:
#       stock-db: {isolation: {tenant_predicate: database}}
#   rationale: |
#     Policies are joined by OR: a single one that is true, made for a support case years ago, opens the table to
#     everybody. A default for an unset tenant turns every forgotten SET into a look at somebody else.
package limen.rules.conformance.tenancy_policies

applicable := input.what == "table"

checks["constant"] := {"holds": input.policies.constant == 0, "actual": input.policies.constant}

checks["unbound"] := {"holds": input.policies.unbound == 0, "actual": input.policies.unbound}

checks["defaulted"] := {"holds": input.policies.defaulted == 0, "actual": input.policies.defaulted}
