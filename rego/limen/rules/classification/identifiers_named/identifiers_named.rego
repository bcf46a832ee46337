# METADATA
# title: "What identifies is said to identify"
# description: >-
#   Fields that identify a person or a product by their names, or that another item calls identifying or sensitive,
#   are so called here too; a person's are sensitive.
# schemas: [{input: schema.data}]
# custom:
#   id: classification.identifiers_named
#   subject: data
#   severity: medium
#   confidence: likely
#   controls: ["nist-800-53r5:AC-4", "45cfr164:164.312(a)(1)"]
#   remediation: >-
#     List the fields in identifiers, and in sensitive_fields those that name a person or that another item seals.
#   not_applicable: "every item has fields to be looked at"
#   checks:
#     named:
#       path: identifiers
#       message: >-
#         {actual} {actual:field|fields} that {actual:identifies|identify}, by {actual:its name|their names} or in
#         another item, {actual:is|are} missing in identifiers, or in sensitive_fields
#   avoid: |
#     dispense-record: {fields: [patient_name, drug], label: {level: restricted, compartments: [phi]}}
#   prefer: |
#     dispense-record: {fields: [patient_name, drug], identifiers: [patient_name], sensitive_fields: [patient_name],
#         label: {level: restricted, compartments: [phi]}}
#   rationale: |
#     Redaction, field encryption and the minimum necessary follow the list of identifiers. A name that is missing
#     from it goes unredacted into every log; 45 CFR 164.514(b)(2) lists eighteen kinds.
package limen.rules.classification.identifiers_named

applicable := true

checks["named"] := {
	"holds": (input.unmarked_identifiers + input.unmarked_sensitive) == 0,
	"actual": input.unmarked_identifiers + input.unmarked_sensitive,
}
