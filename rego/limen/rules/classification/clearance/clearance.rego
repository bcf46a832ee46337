# METADATA
# title: Plaintext arrives only where the clearance admits its label
# description: "An item that can arrive somewhere in plaintext has a label that the clearance there dominates,
#   directly or through any path."
# schemas: [{input: schema.exposure}]
# custom:
#   id: classification.clearance
#   subject: exposure
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "45cfr164:164.312(a)(1)", "nist-800-207:tenet-1",
#     "pci-dss-4.0.1:1.4.4", "iso-27001-2022:5.34", "iso-27001-2022:8.3"]
#   remediation: "Seal the item on the way for a key that the place does not open, take it off the flow, or raise the
#     clearance with a basis."
#   not_applicable: the item does not arrive there in plaintext
#   checks:
#     admitted:
#       path: clearance
#       needs: [labelled, cleared]
#       message: "the item, {actual}, can arrive in plaintext where the clearance is {required}"
#     basis:
#       path: clearance.basis
#       message: "the component's own clearance names no basis"
#   avoid: |
#     zones:
#       egress: {trust: 2, clearance: {level: internal}}
#     flows:
#       - {id: hand-over, from: automation, to: packager, carries: [submission]}
#   prefer: |
#     zones:
#       egress: {trust: 2, clearance: {level: restricted, compartments: [phi], basis: Packaging needs the record}}
#     flows:
#       - {id: hand-over, from: automation, to: packager, carries: [submission]}
#   rationale: |
#     No read up, no write down: information may flow only to where its label is dominated (Bell and LaPadula 1973,
#     Denning 1976). The analysis follows every path, through relays, hops that end TLS and keys that are opened, so
#     that two lawful steps can't add up to an unlawful one.
package limen.rules.classification.clearance

import data.limen.lib.logic

applicable := input.arrives_plaintext

checks["admitted"] := {
	"holds": input.excess == false,
	"actual": input.label.text,
	"required": input.clearance.text,
}

# A clearance of one's own replaces the zone's, so somebody must have said why.
checks["basis"] := {"holds": logic.either(input.own_clearance == false, input.basis)}
