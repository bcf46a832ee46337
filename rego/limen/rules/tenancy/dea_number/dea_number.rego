# METADATA
# title: "A tenant's DEA number has its check digit"
# description: >-
#   Where a DEA number is given, its last digit is the checksum of the others; since DEA has issued numbers off its
#   formula, this asks for a look and rejects nothing.
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.dea_number
#   subject: tenant
#   severity: low
#   confidence: possible
#   controls: ["21cfr1304:1304.03"]
#   remediation: >-
#     Compare the number with the DEA registration certificate; keep it if the certificate shows it so, under a
#     waiver.
#   not_applicable: no DEA number is given
#   checks:
#     check_digit:
#       path: dea_number
#       needs: [dea_number_checks]
#       message: "the check digit of the DEA number is not the one of DEA's formula"
#   avoid: |
#     tenants:
#       pharmacy-014: {dea_number: AP5836728}
#   prefer: |
#     tenants:
#       pharmacy-014: {dea_number: AP5836727}
#   rationale: |
#     A number that was mistyped binds every record to a registrant that does not exist. (d1 + d3 + d5) + 2 (d2 + d4
#     + d6) ends in the seventh digit for almost all numbers.
package limen.rules.tenancy.dea_number

applicable := input.dea_number

checks["check_digit"] := {"holds": input.dea_number_checks}
