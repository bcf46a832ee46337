# METADATA
# title: Field encryption covers every sensitive field
# description: >-
#   A flow that encrypts fields of an item one by one, and does not seal the item as well, encrypts all its sensitive
#   fields.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.field_encryption
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-28(1)", "45cfr164:164.312(e)(2)(ii)"]
#   remediation: >-
#     Add the missing fields to field_encrypted.fields, or seal the whole item; correct sensitive_fields where a field
#     is not sensitive.
#   not_applicable: the flow encrypts no fields one by one
#   checks:
#     covered:
#       path: protection
#       message: "{actual} sensitive {actual:field stays|fields stay} open beside those that are encrypted"
#   avoid: |
#     data:
#       submission: {sensitive_fields: [subject_id, dob]}
#     flows:
#       - {id: keep, carries: [submission], protection: {submission: [{field_encrypted: {key: phi-key,
#           fields: [subject_id]}}]}}
#   prefer: |
#     flows:
#       - {id: keep, carries: [submission], protection: {submission: [{field_encrypted: {key: phi-key,
#           fields: [subject_id, dob]}}]}}
#   rationale: |
#     Field encryption protects what it names. A name under a key beside a birth date and a visit in the clear is a
#     record of a person all the same, and the diagram calls it encrypted.
package limen.rules.transit.field_encryption

applicable := input.field_encryption

checks["covered"] := {"holds": input.uncovered_fields == 0, "actual": input.uncovered_fields}
