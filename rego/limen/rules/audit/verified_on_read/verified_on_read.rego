# METADATA
# title: A ledger is verified when it is read
# description: Whoever reads the ledger checks its chain before it trusts an entry.
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.verified_on_read
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-9(3)", "nist-800-53r5:SI-7", "21cfr11:11.10(a)",
#     "21cfr11:11.10(e)", "eu-annex-11:9", "45cfr164:164.312(c)(1)", "45cfr164:164.312(c)(2)", "pci-dss-4.0.1:10.3.4",
#     "iso-27001-2022:5.28"]
#   remediation: Set verify_on_read to true and have the reader refuse a chain that does not verify.
#   not_applicable: "never: every ledger is judged"
#   checks:
#     verified:
#       path: verify_on_read
#       message: the chain is not declared to be checked when it is read
#   avoid: |
#     ledgers:
#       crossing-log: {component: crossing-log, verify_on_read: false}
#   prefer: |
#     ledgers:
#       crossing-log: {component: crossing-log, verify_on_read: true}
#   rationale: |
#     A chain that nobody checks protects nothing: altered entries are believed until the day of the inspection.
#     Checking at each read makes the first reader the alarm.
package limen.rules.audit.verified_on_read

applicable := true

checks["verified"] := {"holds": input.verify_on_read}
