# METADATA
# title: "What is confidential is confidential to somebody"
# description: "An item from the profile's level upwards names at least one compartment."
# schemas: [{input: schema.data}]
# custom:
#   id: classification.compartment_named
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-6"]
#   remediation: "Name the compartments of those who need the item."
#   parameters:
#     compartment_level: {type: integer, stricter: lower}
#   not_applicable: "the item is below the profile's level"
#   checks:
#     compartment:
#       path: label
#       message: "the item is {actual} and names no compartment"
#   avoid: |
#     approval: {label: {level: confidential}}
#   prefer: |
#     approval: {label: {level: confidential, compartments: [regulatory]}}
#   rationale: |
#     A level alone opens an item to everybody who is cleared so high, for whatever reason. The compartment is the
#     reason.
package limen.rules.classification.compartment_named

import data.limen.parameters

applicable := input.label.level >= parameters.compartment_level

checks["compartment"] := {"holds": count(input.label.compartments) > 0, "actual": input.label.text}
