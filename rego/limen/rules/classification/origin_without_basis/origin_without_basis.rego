# METADATA
# title: "Where data starts, a clearance with a basis admits it"
# description: "An item that starts somewhere is admitted by the clearance there, and a clearance of the component
#   itself names its basis."
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.origin_without_basis
#   subject: exposure
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:RA-2", "45cfr164:164.312(a)(1)"]
#   remediation: "Declare the component's clearance with the agreement, licence or role that makes it lawful as its
#     basis."
#   not_applicable: "the item does not start there, or its arrival is judged by classification.clearance"
#   checks:
#     admitted:
#       path: clearance
#       needs: [labelled, cleared]
#       message: "the item, {actual}, starts where the clearance is {required}"
#     basis:
#       path: clearance.basis
#       message: "the component's own clearance names no basis"
#   avoid: |
#     site-portal: {zone: untrusted, kind: partner, originates: [submission], clearance: {level: restricted,
#       compartments: [phi]}}
#   prefer: |
#     site-portal: {zone: untrusted, kind: partner, originates: [submission], clearance: {level: restricted,
#       compartments: [phi], basis: Site agreement 12}}
#   rationale: |
#     Data has to start somewhere, often in a zone that may hold none of it. That is lawful where an agreement or a
#     licence says so, and the declaration names it: an auditor asks for that paper.
package limen.rules.classification.origin_without_basis

import data.limen.lib.logic

applicable := logic.both(input.origin, input.arrives_plaintext == false)

checks["admitted"] := {
	"holds": input.excess == false,
	"actual": input.label.text,
	"required": input.clearance.text,
}

checks["basis"] := {"holds": logic.either(input.own_clearance == false, input.basis)}
