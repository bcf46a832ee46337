# METADATA
# title: A signature is bound to what was signed
# description: A record that is made by signing has a field for the digest of its content.
# schemas: [{input: schema.data}]
# custom:
#   id: signatures.bound_to_content
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:SI-7", "21cfr11:11.70", "eu-annex-11:14"]
#   remediation: "Add content_digest to the fields of the item and sign over it together with name, time and meaning."
#   parameters:
#     signed_compartments: {type: strings, stricter: more}
#   not_applicable: "the item is not made by signing, or belongs to no compartment whose signatures are legal ones"
#   checks:
#     digest:
#       path: fields
#       message: "no field holds the digest of the content; there are: {actual}"
#   avoid: |
#     submission: {fields: [endpoint_value, printed_name, signed_at, meaning]}
#   prefer: |
#     submission: {fields: [endpoint_value, printed_name, signed_at, meaning, content_digest]}
#   rationale: |
#     21 CFR 11.70 wants signatures that can't be excised, copied or transferred to another record. One that does not
#     cover the content fits any content.
package limen.rules.signatures.bound_to_content

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(
	input.signature,
	count(sets.shared(input.label.compartments, parameters.signed_compartments)) > 0,
)

checks["digest"] := {
	"holds": "content_digest" in input.manifestation,
	"actual": input.manifestation,
}
