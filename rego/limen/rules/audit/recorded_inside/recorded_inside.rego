# METADATA
# title: "What moves is recorded inside zones and into ledgers too"
# description: >-
#   Every flow that moves anything names the ledger that records it, whether or not it crosses a border.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.recorded_inside
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-2", "nist-800-53r5:AU-12", "nist-800-207:tenet-7",
#     "45cfr164:164.312(b)", "21cfr11:11.10(e)"]
#   remediation: "Declare audit with a ledger of `ledgers` on the flow."
#   not_applicable: "the flow moves nothing"
#   checks:
#     ledger:
#       path: audit.ledger
#       message: "the ledger of this flow is {actual}"
#   avoid: |
#     flows:
#       - {id: reject, from: gateway, to: quarantine, carries: [record]}
#   prefer: |
#     flows:
#       - {id: reject, from: gateway, to: quarantine, carries: [record], audit: {ledger: crossing-log, by: from,
#           redacts: true}}
#   rationale: |
#     An intruder moves inside a zone before leaving it. A trail that begins at the border shows the last step only.
package limen.rules.audit.recorded_inside

applicable := input.moves > 0

checks["ledger"] := {"holds": input.audit.ledger == "declared", "actual": input.audit.ledger}
