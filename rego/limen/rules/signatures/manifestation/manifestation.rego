# METADATA
# title: "A signed record shows who, when and what for"
# description: "A record that is made by signing has fields for what a signature must show: by default the signer's
#   printed name, the time, and the meaning."
# schemas: [{input: schema.data}]
# custom:
#   id: signatures.manifestation
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["21cfr11:11.50", "21cfr11:11.100", "eu-annex-11:14"]
#   remediation: "Add the missing fields to the item, fill them at signing, and show them wherever people read the
#     record."
#   parameters:
#     signed_compartments: {type: strings, stricter: more}
#     manifestation_fields: {type: strings, stricter: more}
#   not_applicable: "the item is not made by signing, or belongs to no compartment whose signatures are legal ones"
#   checks:
#     shown:
#       path: fields
#       message: "fields that a signature must show and that are missing: {actual}"
#   avoid: |
#     submission: {label: {level: confidential, compartments: [regulatory]}, fields: [endpoint_value, signature]}
#   prefer: |
#     submission: {label: {level: confidential, compartments: [regulatory]}, fields: [endpoint_value, printed_name,
#       signed_at, meaning, content_digest]}
#   rationale: |
#     21 CFR 11.50 asks for the printed name of the signer, the date and time, and the meaning, in every readable form
#     of the record. A number that only a program can check does not tell an inspector who approved what.
package limen.rules.signatures.manifestation

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(
	input.signature,
	count(sets.shared(input.label.compartments, parameters.signed_compartments)) > 0,
)

checks["shown"] := {"holds": count(lacking) == 0, "actual": lacking, "required": parameters.manifestation_fields} if {
	lacking := sets.missing(parameters.manifestation_fields, input.manifestation)
}
