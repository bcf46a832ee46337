# METADATA
# title: "Every ledger is probed"
# description: "The section probes asks a ledger probe of each ledger."
# schemas: [{input: schema.ledger}]
# custom:
#   id: operations.ledger_probed
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add {probe: ledger, ledger: NAME, endpoint: …, every: P1D} to probes."
#   not_applicable: "every ledger can be read"
#   checks:
#     probe:
#       path: probed
#       message: "no ledger probe is asked for: whether its chain holds is not looked at"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: ledger, ledger: crossing-log, endpoint: "file:///var/lib/crossing-log", every: P1D}]
#   rationale: |
#     A chain that nobody verifies is a column of hashes. The probe recomputes it from the first record, and sees what
#     was edited, swapped or cut off.
package limen.rules.operations.ledger_probed

applicable := true

checks["probe"] := {"holds": input.probed}
