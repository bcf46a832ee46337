# METADATA
# title: Buffers with plaintext are overwritten
# description: A component where protected items can be in plaintext declares that it overwrites buffers after use.
# schemas: [{input: schema.component}]
# custom:
#   id: processing.zeroize
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:MP-6", "nist-800-53r5:SC-4", "nist-800-53r5:SC-12", "nist-800-53r5:SC-28",
#     "nist-800-57pt1r5:8.3.4", "fips-140-3:7.9", "fips-140-3:validation"]
#   remediation: Set processing.zeroize to true and overwrite buffers of plaintext and keys as soon as they are used.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     own_trust: {type: integer, stricter: lower}
#   not_applicable: "no item can be in plaintext here, or the component is outside the system's own zones"
#   checks:
#     zeroize:
#       path: processing.zeroize
#       message: >-
#         {items} items, up to {label}, can be in plaintext here, and buffers are not declared to be overwritten
#   avoid: |
#     automation: {zone: processing, kind: service, processing: {zeroize: false}}
#   prefer: |
#     automation: {zone: processing, kind: service, processing: {zeroize: true}}
#   rationale: |
#     Freed memory is handed on, swapped out and dumped with its content. Overwriting at once shortens the time in
#     which a memory disclosure finds anything.
package limen.rules.processing.zeroize

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.holds_plaintext > 0, input.trust >= parameters.own_trust)

checks["zeroize"] := {
	"holds": logic.either(
		input.processing.zeroize,
		lattice.protected(input.effective_label, parameters.protected_compartments, parameters.protected_level) == false,
	),
	"label": input.effective_label.text,
	"items": input.holds_plaintext,
}
