# METADATA
# title: Protected items leave a trusted zone in an envelope
# description: >-
#   An item whose label the profile protects is sealed when it goes from a trusted zone to one of lower trust.
# schemas: [{input: schema.wire}]
# custom:
#   id: transit.unsealed_item
#   subject: wire
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-4(4)", "nist-800-53r5:SC-8(1)", "21cfr11:11.30",
#     "45cfr164:164.312(e)(1)", "45cfr164:164.312(e)(2)(ii)", "nist-800-207:tenet-2", "pci-dss-4.0.1:4.2.1",
#     "iso-27001-2022:5.14"]
#   remediation: >-
#     Add a sealed layer to the flow's protection of the item, with a key that only the intended reader opens.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     trusted_from: {type: integer, stricter: lower}
#   not_applicable: the item does not leave a trusted zone for one of lower trust
#   checks:
#     sealed:
#       path: plaintext
#       message: "the item, {label}, leaves trust {trust} in plaintext with {depth} {depth:key|keys} around it at least"
#   avoid: |
#     flows:
#       - {id: handover, from: packager, to: sponsor, carries: [submission]}
#   prefer: |
#     flows:
#       - {id: handover, from: packager, to: sponsor, carries: [submission],
#             protection: {submission: [{sealed: sponsor-key}]}}
#   rationale: |
#     TLS ends at the first host on the other side: every proxy, log and mail relay behind it sees the item. An
#     envelope stays shut until somebody who holds the key opens it, so that the less trusted zone is a carrier and
#     no reader.
package limen.rules.transit.unsealed_item

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.leaves_trust, input.greatest_trust >= parameters.trusted_from)

checks["sealed"] := {
	"holds": logic.either(
		input.plaintext == false,
		lattice.protected(input.label, parameters.protected_compartments, parameters.protected_level) == false,
	),
	"label": input.label.text,
	"trust": input.greatest_trust,
	"depth": input.depth,
}
