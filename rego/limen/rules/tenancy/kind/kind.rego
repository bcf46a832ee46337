# METADATA
# title: "A tenant's registrations fit what it is"
# description: >-
#   Only pharmacies, sites, manufacturers and distributors have a DEA number, and only pharmacies and sites an NPI.
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.kind
#   subject: tenant
#   severity: medium
#   confidence: certain
#   controls: ["21cfr1304:1304.03", "nist-800-53r5:CM-2"]
#   remediation: "Correct kind, or take away the registration that is not its own."
#   not_applicable: "no component belongs to the tenant"
#   checks:
#     fits:
#       path: kind
#       message: "it gives a DEA number or an NPI that a tenant of its kind has not"
#   avoid: |
#     pharmacy-014: {kind: other, dea_number: AP5836727}
#   prefer: |
#     pharmacy-014: {kind: pharmacy, dea_number: AP5836727}
#   rationale: |
#     Which law binds a tenant follows from what it is. A pharmacy that is declared as something else keeps controlled
#     substances under no law at all.
package limen.rules.tenancy.kind

applicable := input.components > 0

checks["fits"] := {"holds": input.kind_fits}
