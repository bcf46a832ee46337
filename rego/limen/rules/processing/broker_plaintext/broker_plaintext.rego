# METADATA
# title: Brokers relay protected items sealed
# description: >-
#   A component that only relays an item, and neither originates, stores, makes nor opens it, can't see it in
#   plaintext where the profile protects it.
# schemas: [{input: schema.exposure}]
# custom:
#   id: processing.broker_plaintext
#   subject: exposure
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-6", "nist-800-53r5:SC-8(1)", "nist-800-207:tenet-2"]
#   remediation: >-
#     Seal the item before the broker, with a key that the broker does not open; or declare what the component does
#     with the item.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#   not_applicable: the component does more with the item than to relay it
#   checks:
#     sealed:
#       path: plaintext
#       message: "an item, {label}, can be in plaintext at a component that only relays it"
#   avoid: |
#     flows:
#       - {id: publish, from: line, to: broker, carries: [epcis-event]}
#       - {id: consume, from: broker, to: repository, carries: [epcis-event]}
#   prefer: |
#     flows:
#       - {id: publish, from: line, to: broker, carries: [epcis-event],
#             protection: {epcis-event: [{sealed: epcis-key}]}}
#       - {id: consume, from: broker, to: repository, carries: [epcis-event]}
#   rationale: |
#     A broker holds everybody's messages on disk, in replicas and in dead-letter queues, and it needs to read none
#     of them. Sealed, it is a carrier; in plaintext, it is the best place to steal from.
package limen.rules.processing.broker_plaintext

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := input.broker

checks["sealed"] := {
	"holds": logic.either(
		input.plaintext == false,
		lattice.protected(input.label, parameters.protected_compartments, parameters.protected_level) == false,
	),
	"label": input.label.text,
}
