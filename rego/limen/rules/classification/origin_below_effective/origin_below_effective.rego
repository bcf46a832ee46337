# METADATA
# title: Nothing starts below what is around it
# description: An item with a lower label than what is in plaintext at its origin says why it owes nothing to that.
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.origin_below_effective
#   subject: exposure
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:RA-2"]
#   remediation: "Declare the item as a product with how, key and approved_by, or write under independent why nothing
#     of the rest is in it."
#   not_applicable: the item does not start below the label of what is in plaintext there
#   checks:
#     explained:
#       path: independent
#       message: "an item, {actual}, starts where more sensitive data is in plaintext, and nothing says why it holds
#         none of it"
#   avoid: |
#     gateway: {opens_with: [phi-data-key], originates: [receipt]}
#   prefer: |
#     gateway:
#       opens_with: [phi-data-key]
#       originates: [receipt]
#       independent: {receipt: Made from the packet's number and the clock}
#   rationale: |
#     A component that reads patients' records and sends out something public is a declassifier, whether it is called
#     one or not. Either it is named and approved as one, or somebody says why the two have nothing to do with each
#     other.
package limen.rules.classification.origin_below_effective

applicable := input.below_effective

checks["explained"] := {"holds": input.independent, "actual": input.label.text}
