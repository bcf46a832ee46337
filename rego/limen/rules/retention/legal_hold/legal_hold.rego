# METADATA
# title: Deletion can be stopped
# description: A ledger supports a legal hold.
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.legal_hold
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-11", "nist-800-53r5:SI-12", "21cfr1304:1304.04(a)"]
#   remediation: "Set legal_hold to supported, and make deletion ask for it."
#   not_applicable: "never: every ledger is judged"
#   checks:
#     hold:
#       path: legal_hold
#       message: "a legal hold is {actual}"
#   avoid: |
#     crossing-log: {legal_hold: unsupported}
#   prefer: |
#     crossing-log: {legal_hold: supported}
#   rationale: |
#     When a dispute is foreseeable, what is evidence may no longer be deleted, whatever the schedule says. A ledger
#     that can't be stopped destroys it on time.
package limen.rules.retention.legal_hold

applicable := true

checks["hold"] := {"holds": input.legal_hold == "supported", "actual": input.legal_hold}
