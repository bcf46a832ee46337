# METADATA
# title: "An item says how sure its origin must be"
# description: >-
#   An item in a compartment that the profile names, or that a ledger gets, requires at least the
#   profile's integrity of whatever arrives.
# schemas: [{input: schema.data}]
# custom:
#   id: classification.integrity_stated
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-7", "45cfr164:164.312(c)(1)", "21cfr11:11.10(a)"]
#   remediation: "Declare requires_integrity with the trust that an origin must have."
#   parameters:
#     integrity_minimum: {type: integer_table, stricter: higher}
#     ledger_integrity: {type: integer, stricter: higher}
#   not_applicable: "the profile asks nothing of the item's compartments, and no ledger gets the item"
#   checks:
#     integrity:
#       path: requires_integrity
#       needs: [requires_integrity]
#       message: "integrity {actual} is required; the profile asks for {required}"
#   avoid: |
#     clinical-record: {label: {level: restricted, compartments: [phi]}}
#   prefer: |
#     clinical-record: {label: {level: restricted, compartments: [phi]}, requires_integrity: 2}
#   rationale: |
#     Secrecy says who may read; integrity says whose word it is. A record for which nobody asked takes its values
#     from anyone, and is signed all the same.
package limen.rules.classification.integrity_stated

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.either(count(asked) > 0, input.ledger_stored > 0)

checks["integrity"] := {
	"holds": input.requires_integrity >= least,
	"actual": input.requires_integrity,
	"required": least,
}

asked := sets.shared(input.label.compartments, object.keys(parameters.integrity_minimum))

least := max(minima | logged)

logged := {parameters.ledger_integrity | input.ledger_stored > 0}

minima := {minimum |
	some compartment, minimum in parameters.integrity_minimum
	count(sets.shared([compartment], input.label.compartments)) > 0
}
