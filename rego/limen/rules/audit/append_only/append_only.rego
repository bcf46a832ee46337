# METADATA
# title: Entries can only be added
# description: "A ledger is append-only: no entry can be changed or removed."
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.append_only
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-11", "21cfr11:11.10(e)", "eu-annex-11:9", "45cfr164:164.312(b)",
#     "21cfr1311:1311.120", "21cfr1311:1311.205", "21cfr1311:1311.215", "pci-dss-4.0.1:10.3.2", "iso-27001-2022:5.33",
#     "iso-27001-2022:8.15"]
#   remediation: >-
#     Set append_only to true and take UPDATE and DELETE from every role, or use storage that is written once.
#   not_applicable: "never: every ledger is judged"
#   checks:
#     append_only:
#       path: append_only
#       message: the ledger is not declared to be append-only
#   avoid: |
#     ledgers:
#       crossing-log: {component: crossing-log, append_only: false}
#   prefer: |
#     ledgers:
#       crossing-log: {component: crossing-log, append_only: true}
#   rationale: |
#     21 CFR 11.10(e) says that a change must not obscure what was recorded before. A chain shows a change after the
#     fact; append-only storage prevents it.
package limen.rules.audit.append_only

applicable := true

checks["append_only"] := {"holds": input.append_only}
