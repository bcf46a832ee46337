# METADATA
# title: "Every flow says why data moves"
# description: "A flow that moves anything states its purpose, whether or not somebody is identified by it."
# schemas: [{input: schema.flow}]
# custom:
#   id: access.purpose_stated
#   subject: flow
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-9", "45cfr164:164.502(b)", "iso-27001-2022:5.14"]
#   remediation: "State the purpose on the flow, in words that somebody answers for."
#   not_applicable: "the flow moves nothing"
#   checks:
#     purpose:
#       path: purpose
#       message: "{moves} {moves:item moves|items move}, and nobody says why"
#   avoid: |
#     flows:
#       - {id: sync, from: stock, to: report, carries: [position]}
#   prefer: |
#     flows:
#       - {id: sync, from: stock, to: report, carries: [position], purpose: Reconcile stock every night}
#   rationale: |
#     Whether a flow is needed can only be asked of a purpose. A flow that nobody can give one for is the first to
#     remove.
package limen.rules.access.purpose_stated

applicable := input.moves > 0

checks["purpose"] := {"holds": input.necessity.purpose, "moves": input.moves}
