# METADATA
# title: Items stay in their envelope until they are needed
# description: >-
#   A component where protected items can be in plaintext declares that it opens each one only when it needs it.
# schemas: [{input: schema.component}]
# custom:
#   id: processing.envelope
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:SC-28", "nist-800-207:tenet-2"]
#   remediation: "Set processing.envelope to true and open items at the point of use, not at the door."
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     own_trust: {type: integer, stricter: lower}
#   not_applicable: "no item can be in plaintext here, or the component is outside the system's own zones"
#   checks:
#     envelope:
#       path: processing.envelope
#       message: >-
#         {items} items, up to {label}, can be in plaintext here, and are not declared to stay in their envelope until
#         needed
#   avoid: |
#     automation: {zone: processing, kind: service, processing: {envelope: false}}
#   prefer: |
#     automation: {zone: processing, kind: service, processing: {envelope: true}}
#   rationale: |
#     What is opened at the door stays open in queues, caches, temporary files and retries. Opened at the point of
#     use, it is readable for moments and in one process.
package limen.rules.processing.envelope

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.holds_plaintext > 0, input.trust >= parameters.own_trust)

checks["envelope"] := {
	"holds": logic.either(
		input.processing.envelope,
		lattice.protected(input.effective_label, parameters.protected_compartments, parameters.protected_level) == false,
	),
	"label": input.effective_label.text,
	"items": input.holds_plaintext,
}
