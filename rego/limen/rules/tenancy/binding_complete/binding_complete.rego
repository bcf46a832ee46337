# METADATA
# title: "A tenant's id is made of all that never changes"
# description: "Every registration that a tenant gives, and its facility, is an input of its id."
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.binding_complete
#   subject: tenant
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:AC-4"]
#   remediation: "Add the attribute to binding.inputs; move the records to the new ids before the old ones end."
#   not_applicable: "no binding is declared"
#   checks:
#     complete:
#       path: binding.inputs
#       message: "the id is not made from {missing}, which the tenant gives"
#   avoid: |
#     pharmacy-014: {dea_number: AP5836727, npi: "1234567893", binding: {inputs: [npi]}}
#   prefer: |
#     pharmacy-014: {dea_number: AP5836727, npi: "1234567893", binding: {inputs: [dea_number, npi]}}
#   rationale: |
#     A pharmacy chain has one NPI for several counters, and a counter two DEA numbers over time. The id that leaves
#     one of them out joins what the registrations keep apart.
package limen.rules.tenancy.binding_complete

applicable := input.binding.declared

checks["complete"] := {"holds": count(input.binding.unbound) == 0, "missing": input.binding.unbound}
