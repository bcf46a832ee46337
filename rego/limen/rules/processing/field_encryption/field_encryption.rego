# METADATA
# title: Sensitive fields are encrypted one by one
# description: >-
#   A component where protected items can be in plaintext declares that sensitive fields stay encrypted one by one.
# schemas: [{input: schema.component}]
# custom:
#   id: processing.field_encryption
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:SC-28(1)", "45cfr164:164.312(a)(2)(iv)", "pci-dss-4.0.1:3.5.1.2",
#     "iso-27001-2022:8.11"]
#   remediation: >-
#     Set processing.field_encryption to true and open a sensitive field only for the operation that uses it.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     own_trust: {type: integer, stricter: lower}
#   not_applicable: "no item can be in plaintext here, or the component is outside the system's own zones"
#   checks:
#     field_encryption:
#       path: processing.field_encryption
#       message: >-
#         {items} items, up to {label}, can be in plaintext here, and their sensitive fields are not declared to be
#         encrypted
#   avoid: |
#     automation: {zone: processing, kind: service, processing: {field_encryption: false}}
#   prefer: |
#     automation: {zone: processing, kind: service, processing: {field_encryption: true}}
#   rationale: |
#     Most steps need a record's routing and not its subject. With fields sealed singly a step that is taken over
#     yields the envelope of the patient's story and not the patient.
package limen.rules.processing.field_encryption

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.holds_plaintext > 0, input.trust >= parameters.own_trust)

checks["field_encryption"] := {
	"holds": logic.either(
		input.processing.field_encryption,
		lattice.protected(input.effective_label, parameters.protected_compartments, parameters.protected_level) == false,
	),
	"label": input.effective_label.text,
	"items": input.holds_plaintext,
}
