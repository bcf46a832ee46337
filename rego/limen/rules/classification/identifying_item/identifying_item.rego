# METADATA
# title: What identifies somebody is labelled accordingly
# description: An item with identifying fields that are no tokens has a level of at least the profile's and belongs to
#   a compartment.
# schemas: [{input: schema.data}]
# custom:
#   id: classification.identifying_item
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:RA-2", "45cfr164:164.502(b)", "iso-27001-2022:5.12"]
#   remediation: "Raise the level of the item, and add the compartment of those who have a need to know; or declare it
#     as tokens."
#   parameters:
#     identifying_level: {type: integer, stricter: higher}
#   not_applicable: "the item has no identifying fields, or its values are tokens"
#   checks:
#     level:
#       path: label.level
#       message: "{identifiers} {identifiers:field identifies|fields identify} somebody or something, and the label is
#         {label}; the profile requires
#         a level of rank {required} at least"
#     compartment:
#       path: label.compartments
#       message: "{identifiers} {identifiers:field identifies|fields identify} somebody or something, and the label,
#         {label}, has no compartment"
#   avoid: |
#     data: {submission: {label: {level: internal}, identifiers: [subject_id, dob]}}
#   prefer: |
#     data: {submission: {label: {level: restricted, compartments: [phi]}, identifiers: [subject_id, dob]}}
#   rationale: |
#     Every lattice rule believes the label. One that is too low lets the item go anywhere without a single finding,
#     so that the label itself has to answer for what the item holds.
package limen.rules.classification.identifying_item

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.identifiers > 0, input.token == false)

checks["level"] := {
	"holds": input.label.level >= parameters.identifying_level,
	"actual": input.label.level,
	"required": parameters.identifying_level,
	"label": input.label.text,
	"identifiers": input.identifiers,
}

checks["compartment"] := {
	"holds": count(input.label.compartments) > 0,
	"label": input.label.text,
	"identifiers": input.identifiers,
}
