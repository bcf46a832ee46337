# METADATA
# title: "Who approves a deletion is somebody"
# description: "No approver of a ledger's deletions is anyone at all."
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.approvers_named
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "21cfr11:11.10(e)"]
#   remediation: "Name the two officers who answer for it."
#   not_applicable: "deletion is not declared"
#   checks:
#     named:
#       path: open_approvers
#       message: "{actual} {actual:approver is|approvers are} anyone at all"
#   avoid: |
#     deletion: {approvers: [anyone, legal-counsel], logged: true}
#   prefer: |
#     deletion: {approvers: [records-officer, legal-counsel], logged: true}
#   rationale: |
#     Two approvals of which one is anybody's are one.
package limen.rules.retention.approvers_named

applicable := input.deletion_declared

checks["named"] := {"holds": input.open_approvers == 0, "actual": input.open_approvers}
