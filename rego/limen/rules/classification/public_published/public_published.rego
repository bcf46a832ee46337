# METADATA
# title: "What is public is published"
# description: "An item at the lowest level goes somewhere outside; what never leaves is not public."
# schemas: [{input: schema.data}]
# custom:
#   id: classification.public_published
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4"]
#   remediation: "Raise the label to internal, or declare the flow that publishes the item."
#   not_applicable: "the item is above the lowest level"
#   checks:
#     published:
#       path: label
#       message: "the item is labelled {actual}, and no flow takes it outside"
#   avoid: |
#     alert: {label: {level: public}}
#   prefer: |
#     alert: {label: {level: internal}}
#   rationale: |
#     The lowest level switches almost every rule off. It is right for what everybody may read, and that is seen by
#     its being read; for the rest it is a label that nobody chose.
package limen.rules.classification.public_published

applicable := input.label.level == 0

checks["published"] := {"holds": input.published, "actual": input.label.text}
