# METADATA
# title: The end that records can reach the ledger
# description: >-
#   Each end that is to record a flow keeps the ledger itself, or has a declared flow to the component that keeps it.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.ledger_reachable
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-2", "nist-800-53r5:AU-12"]
#   remediation: "Declare the flow from the recording end to the ledger's component, or let the other end record."
#   not_applicable: "no ledger of `ledgers` is named (audit.crossing_logged judges that)"
#   checks:
#     reachable:
#       path: audit.reachable
#       message: "the end that records ({by}) has no flow to the ledger"
#   avoid: |
#     audit: {ledger: crossing-log, by: from}   # and no flow from that component to crossing-log
#   prefer: |
#     flows:
#       - {id: upload, from: portal, to: gateway, audit: {ledger: crossing-log, by: to, redacts: true}}
#       - {id: gateway-log, from: gateway, to: crossing-log, carries: [entry]}
#   rationale: |
#     An entry that has no way to the ledger is not written. In declarations this is the most common way in which an
#     audit trail exists only on paper.
package limen.rules.audit.ledger_reachable

applicable := input.audit.ledger == "declared"

checks["reachable"] := {"holds": input.audit.reachable, "by": input.audit.by}
