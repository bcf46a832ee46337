# METADATA
# title: "A transfer's custody log records its flows"
# description: "Every flow of a transfer is recorded in the ledger that the transfer names as its custody log."
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.custody_recorded
#   subject: transfer
#   severity: medium
#   confidence: certain
#   controls: ["21cfr1304:1304.21(a)", "nist-800-53r5:AU-10"]
#   remediation: "Name the ledger in audit of each flow, or correct custody_log."
#   not_applicable: "the transfer names no custody log"
#   checks:
#     recorded:
#       path: custody_log
#       message: "a flow of the transfer is recorded elsewhere, or nowhere"
#   avoid: |
#     transfers: [{id: t-014-022, flows: [out-014, in-022], custody_log: trace-log}]     # and the flows say cs-ledger
#   prefer: |
#     transfers: [{id: t-014-022, flows: [out-014, in-022], custody_log: cs-ledger}]
#   rationale: |
#     An inspector follows a bottle through one book. A custody log into which no hand-over is written has every page,
#     and none of them matters.
package limen.rules.tenancy.custody_recorded

applicable := input.custody_log != "undeclared"

checks["recorded"] := {"holds": input.custody_records_flows}
