# METADATA
# title: "Whoever can record a flow does"
# description: >-
#   Where both ends of a flow can write to its ledger, both record it; what a ledger takes, the ledger records.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.both_ends
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:AU-12", "21cfr11:11.10(e)", "iso-27001-2022:8.15"]
#   remediation: "Set audit.by to both, and let each end write its own entry."
#   not_applicable: "the flow names no ledger that is declared"
#   checks:
#     by:
#       path: audit.by
#       message: "audit.by is {actual}, while the other end could write to that ledger as well"
#   avoid: |
#     flows:
#       - {id: intake, from: gateway, to: ingestion, audit: {ledger: crossing-log, by: from}}
#   prefer: |
#     flows:
#       - {id: intake, from: gateway, to: ingestion, audit: {ledger: crossing-log, by: both}}
#   rationale: |
#     Two entries by two parties convict the one that lies: an entry without its counterpart is a lost or an invented
#     record. One entry is somebody's word.
package limen.rules.audit.both_ends

applicable := input.audit.ledger == "declared"

checks["by"] := {"holds": input.audit.silent_end == false, "actual": input.audit.by}
