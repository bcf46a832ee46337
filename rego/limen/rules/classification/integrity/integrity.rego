# METADATA
# title: What is stored is as trustworthy as it must be
# description: "An item that arrives where it is stored has at least the integrity that it requires, on every way."
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.integrity
#   subject: exposure
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SI-7", "nist-800-53r5:SI-10", "21cfr11:11.10(a)", "45cfr164:164.312(c)(1)"]
#   remediation: "Validate the item, or verify its signature, at a component of enough trust on each way to the store."
#   not_applicable: "the item does not arrive there, is not stored there, or requires no integrity"
#   checks:
#     integrity:
#       path: integrity
#       message: "on some way the item comes with integrity {actual}; it requires {required}"
#   avoid: |
#     data: {submission: {requires_integrity: 2}}
#     # and nothing between the portal and the store validates it
#     components: {clinical-db: {stores: [submission]}}
#   prefer: |
#     data: {submission: {requires_integrity: 2}}
#     components:
#       automation: {zone: processing, ingress: {validates: [submission]}}
#       clinical-db: {zone: data, stores: [submission]}
#   rationale: |
#     A store keeps what it was given. If one way leads past the checks, a forged endpoint value lies among true ones,
#     and no later control can tell them apart (Biba, 1977).
package limen.rules.classification.integrity

import data.limen.lib.logic

applicable := logic.both(
	logic.both(input.stored, input.arrival),
	input.requires_integrity > 0,
)

checks["integrity"] := {
	"holds": input.integrity >= input.requires_integrity,
	"actual": input.integrity,
	"required": input.requires_integrity,
}
