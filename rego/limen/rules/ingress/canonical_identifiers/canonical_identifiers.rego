# METADATA
# title: Identifiers are brought into one form at entry
# description: "Where items with product, registrant or prescriber numbers enter from a zone of trust 0 or from a
#   tenant, those numbers are brought into canonical form."
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.canonical_identifiers
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-10", "eu-annex-11:5", "dscsa:582(g)(1)(A)", "21cfr207:207.33",
#     "21cfr207:207.33@ndc-12"]
#   remediation: "List ndc, gtin, npi and dea under ingress.canonicalises as far as they occur, and refuse what is
#     ambiguous."
#   not_applicable: no such identifier enters here from outside
#   checks:
#     canonical:
#       path: ingress.canonicalises
#       message: "{actual} of {identifiers} {identifiers:identifier|identifiers} that {identifiers:enters|enter} here
#         {actual:is|are} not brought into canonical form"
#   avoid: |
#     gateway: {ingress: {validates: [epcis-event]}}
#   prefer: |
#     gateway: {ingress: {validates: [epcis-event], canonicalises: [gtin, ndc]}}
#   rationale: |
#     1234-5678-90, 12345-678-90 and 12345-6789-0 are three products with the same ten digits. Two spellings of one
#     product are two products to every comparison downstream: recalls miss and duplicates pass.
package limen.rules.ingress.canonical_identifiers

import data.limen.lib.logic

applicable := logic.both(input.entry, input.ingress.product_identifiers > 0)

checks["canonical"] := {
	"holds": input.ingress.uncanonical == 0,
	"actual": input.ingress.uncanonical,
	"identifiers": input.ingress.product_identifiers,
}
