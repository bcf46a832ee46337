# METADATA
# title: Stores of several tenants enforce a tenant predicate
# description: >-
#   A component that can store several tenants' instances has the tenant predicate added by something that the
#   application can't leave out.
# schemas: [{input: schema.component}]
# custom:
#   id: tenancy.predicate
#   subject: component
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "nist-800-53r5:SC-7(21)"]
#   remediation: "Set isolation.tenant_predicate to proxy or database, and have every query pass through it."
#   parameters:
#     predicates_allowed: {type: strings, stricter: fewer}
#   not_applicable: the component stores instances of one tenant at most
#   checks:
#     predicate:
#       path: isolation.tenant_predicate
#       message: "the tenant predicate is {actual} for {tenants} {tenants:tenant|tenants}; the profile requires one of
#         {required}"
#   avoid: |
#     isolation: {tenant_predicate: application}
#   prefer: |
#     isolation: {tenant_predicate: proxy, row_level_security: forced, tenant_keys: true}
#   rationale: |
#     A predicate in application code is forgotten in the one report that was written in a hurry, and an injection
#     removes it. Where proxy or database adds it, a query without tenant returns nothing.
package limen.rules.tenancy.predicate

import data.limen.parameters

applicable := input.tenants_stored > 1

checks["predicate"] := {
	"holds": input.isolation.tenant_predicate in parameters.predicates_allowed,
	"actual": input.isolation.tenant_predicate,
	"tenants": input.tenants_stored,
	"required": parameters.predicates_allowed,
}
