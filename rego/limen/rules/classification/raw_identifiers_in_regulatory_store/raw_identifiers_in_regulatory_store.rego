# METADATA
# title: No raw identifiers lie in a regulatory store
# description: "An item of a regulatory compartment that a component stores has no identifying fields in plaintext, unless its values are tokens."
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.raw_identifiers_in_regulatory_store
#   subject: exposure
#   severity: high
#   confidence: certain
#   controls: ["45cfr164:164.502(b)", "nist-800-53r5:AC-4", "nist-800-53r5:SI-12"]
#   remediation: "Tokenise or redact the identifiers before the item is stored, or keep it sealed."
#   parameters:
#     regulatory_compartments: {type: strings, stricter: more}
#   not_applicable: "the item is not stored there, or belongs to no regulatory compartment"
#   checks:
#     identifiers:
#       path: identifiers
#       message: "{actual} identifying fields of the stored item, {label}, are in plaintext"
#   avoid: |
#     submission-archive: {stores: [submission]}     # submission has subject_id
#   prefer: |
#     submission-archive: {stores: [deid-submission]}     # tokens in place of subject_id
#   rationale: |
#     What goes to a regulator is copied, inspected and kept for decades, by people who don't treat the patient. It
#     needs the finding and not the person.
package limen.rules.classification.raw_identifiers_in_regulatory_store

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(input.stored, count(sets.shared(input.label.compartments, parameters.regulatory_compartments)) > 0)

checks["identifiers"] := {"holds": logic.either(logic.either(input.token, input.identifiers == 0), input.plaintext == false), "actual": input.identifiers, "label": input.label.text}
