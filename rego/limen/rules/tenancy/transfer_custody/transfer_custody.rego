# METADATA
# title: A transfer is logged with custody
# description: >-
#   A transfer names a ledger of `ledgers` that records who holds the goods or the data from when to when.
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.transfer_custody
#   subject: transfer
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:AU-12", "21cfr1304:1304.21(a)"]
#   remediation: "Declare custody_log with a ledger that both sides' entries go to."
#   not_applicable: "never: every transfer is judged"
#   checks:
#     log:
#       path: custody_log
#       message: "the custody log is {actual}"
#   avoid: |
#     transfers:
#       - {id: t-1, flows: [out, in]}
#   prefer: |
#     transfers:
#       - {id: t-1, flows: [out, in], dual_signature: true, acknowledge_within: PT24H, token: {ephemeral: true,
#             single_use: true}, custody_log: crossing-log}
#   rationale: |
#     Between two tenants' own records lies a gap in which nobody answers for what is under way. A chained custody
#     log closes it, and is what an inspector asks for first.
package limen.rules.tenancy.transfer_custody

applicable := true

checks["log"] := {"holds": input.custody_log == "declared", "actual": input.custody_log}
