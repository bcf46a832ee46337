# METADATA
# title: What goes to regulators holds no raw identifiers
# description: "An item that is labelled as regulatory, and not as personal, has no identifying fields, unless its
#   values are tokens."
# schemas: [{input: schema.data}]
# custom:
#   id: classification.raw_identifiers_in_regulatory_item
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:SI-12", "nist-800-53r5:SI-19", "45cfr164:164.502(b)",
#     "45cfr164:164.514(a)"]
#   remediation: "Tokenise or redact the identifiers before the item is made, or add the compartment of personal data
#     to its label."
#   parameters:
#     regulatory_compartments: {type: strings, stricter: more}
#     personal_compartments: {type: strings, stricter: fewer}
#   not_applicable: "the item is not regulatory, or is labelled as personal"
#   checks:
#     identifiers:
#       path: identifiers
#       message: "{actual} {actual:field|fields} of the item, {label}, {actual:identifies|identify} somebody or
#         something"
#   avoid: |
#     deid-report: {label: {level: confidential, compartments: [regulatory]}, identifiers: [subject_id]}
#   prefer: |
#     deid-report: {label: {level: confidential, compartments: [regulatory]}, fields: [subject_token, visit],
#       token: true}
#   rationale: |
#     What goes to a regulator is copied, inspected and kept for decades, by people who don't treat the patient. It
#     needs the finding and not the person; where the person is needed, the label must say so, and clearances then
#     keep it in.
package limen.rules.classification.raw_identifiers_in_regulatory_item

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(
	count(sets.shared(input.label.compartments, parameters.regulatory_compartments)) > 0,
	count(sets.shared(input.label.compartments, parameters.personal_compartments)) == 0,
)

checks["identifiers"] := {
	"holds": logic.either(input.token, input.identifiers == 0),
	"actual": input.identifiers,
	"label": input.label.text,
}
