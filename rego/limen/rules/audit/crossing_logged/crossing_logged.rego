# METADATA
# title: Every crossing is recorded in a ledger
# description: >-
#   A flow that crosses a border names a ledger of `ledgers`, or goes into a ledger and so records itself.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.crossing_logged
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-2", "nist-800-53r5:AU-12", "21cfr11:11.10(e)", "eu-annex-11:9", "45cfr164:164.312(b)",
#     "21cfr1304:1304.21(a)", "nist-800-207:tenet-7", "pci-dss-4.0.1:10.2.1", "iso-27001-2022:8.15"]
#   remediation: "Declare audit with a ledger of `ledgers` on the flow, and write an entry at the end that it names."
#   not_applicable: "the flow crosses no border, or moves nothing"
#   checks:
#     ledger:
#       path: audit.ledger
#       message: "the ledger of this crossing is {actual}"
#   avoid: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [submission]}
#   prefer: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [submission], audit: {ledger: crossing-log, by: to,
#             redacts: true}}
#   rationale: |
#     A crossing without an entry never happened, as far as any investigation can tell. 45 CFR 164.312(b) asks for
#     mechanisms that record activity, and 21 CFR 11.10(e) for a time-stamped trail.
package limen.rules.audit.crossing_logged

import data.limen.lib.logic

applicable := logic.both(input.crossing, input.moves > 0)

checks["ledger"] := {
	"holds": logic.either(input.audit.ledger == "declared", input.audit.own_ledger),
	"actual": input.audit.ledger,
}
