# METADATA
# title: No two tenants have one id
# description: "The values that a tenant's id is made from differ from every other tenant's."
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.binding_unique
#   subject: tenant
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:IA-5"]
#   remediation: >-
#     Add an input that tells the tenants apart, such as facility, or correct the attribute that was copied.
#   not_applicable: no component belongs to the tenant
#   checks:
#     collision:
#       path: binding.inputs
#       message: "{actual} other {actual:tenant has|tenants have} equal values of all inputs, so that their ids collide"
#   avoid: |
#     tenants:
#       a: {npi: "1234567893", binding: {inputs: [npi], ...}}
#       b: {npi: "1234567893", binding: {inputs: [npi], ...}}
#   prefer: |
#     tenants:
#       a: {npi: "1234567893", facility: F-014, binding: {inputs: [facility, npi], ...}}
#       b: {npi: "1234567893", facility: F-022, binding: {inputs: [facility, npi], ...}}
#   rationale: |
#     Two pharmacies of one chain often share an NPI. With equal ids every predicate, key and signature takes one
#     for the other, and no control notices.
package limen.rules.tenancy.binding_unique

applicable := input.components > 0

checks["collision"] := {
	"holds": input.same_binding_values == 0,
	"actual": input.same_binding_values,
}
