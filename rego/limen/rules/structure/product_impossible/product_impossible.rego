# METADATA
# title: What is made can be made there
# description: A component that makes an item can have all its sources in plaintext.
# schemas: [{input: schema.transformation}]
# custom:
#   id: structure.product_impossible
#   subject: transformation
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-12", "nist-800-53r5:PL-8"]
#   remediation: "Declare the flow that brings the sources, and the key that opens them, or correct from."
#   not_applicable: nothing is made
#   checks:
#     sources:
#       path: from
#       message: "a source of the product, {label}, can't be in plaintext here"
#   avoid: |
#     # opens nothing
#     deid: {produces: [{data: deid-report, from: [submission], how: tokenise, key: token-key,
#       approved_by: privacy-officer}]}
#   prefer: |
#     deid: {opens_with: [phi-data-key], produces: [{data: deid-report, from: [submission], how: tokenise,
#       key: token-key, approved_by: privacy-officer}]}
#   rationale: |
#     A product without its sources means that the declaration does not know how the data gets there. The label of
#     what is made would then rest on nothing.
package limen.rules.structure.product_impossible

applicable := input.action in {"produce", "reverse"}

checks["sources"] := {"holds": input.possible, "label": input.after.text}
