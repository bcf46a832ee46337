# METADATA
# title: Unregistered and discontinued products are refused
# description: A component where product identifiers enter from a zone of trust 0 or from a tenant refuses the
#   products that the profile lists.
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.refuses
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-10", "dscsa:582(b)(4)", "dscsa:582(c)(4)", "dscsa:582(d)(4)", "dscsa:582(e)(4)"]
#   remediation: "List under ingress.refuses the kinds of product that the profile names, and check against the master
#     data at entry."
#   parameters:
#     refused_products: {type: strings, stricter: more}
#   not_applicable: no such identifier enters here from outside
#   checks:
#     refused:
#       path: ingress.refuses
#       message: "products that are not refused: {actual}"
#   avoid: |
#     gateway: {ingress: {validates: [epcis-event], canonicalises: [gtin]}}
#   prefer: |
#     gateway: {ingress: {validates: [epcis-event], canonicalises: [gtin], refuses: [unregistered, discontinued]}}
#   rationale: |
#     An event about a product that nobody registered, or that is no longer made, is a mistake or a counterfeit. Once
#     it is in the repository it looks like all the others.
package limen.rules.ingress.refuses

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(input.entry, input.ingress.product_identifiers > 0)

checks["refused"] := {"holds": count(lacking) == 0, "actual": lacking, "required": parameters.refused_products} if {
	lacking := sets.missing(parameters.refused_products, input.ingress.refuses)
}
