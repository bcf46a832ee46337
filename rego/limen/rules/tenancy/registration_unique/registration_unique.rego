# METADATA
# title: "No two tenants share a registration"
# description: "A tenant's DEA number, NPI, GLN and facility are nobody else's."
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.registration_unique
#   subject: tenant
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:AC-4", "21cfr1304:1304.03"]
#   remediation: "Compare with the certificates; one of the two numbers was copied."
#   not_applicable: "no component belongs to the tenant"
#   checks:
#     unique:
#       path: npi
#       message: "{actual} other {actual:tenant has|tenants have} one of its registrations"
#   avoid: |
#     tenants:
#       pharmacy-014: {npi: "1234567893"}
#       pharmacy-022: {npi: "1234567893"}
#   prefer: |
#     tenants:
#       pharmacy-014: {npi: "1234567893"}
#       pharmacy-022: {npi: "1302144559"}
#   rationale: |
#     Records are found and handed over by these numbers. A number that two tenants share hands one of them the
#     other's patients.
package limen.rules.tenancy.registration_unique

applicable := input.components > 0

checks["unique"] := {"holds": input.same_registrations == 0, "actual": input.same_registrations}
