# METADATA
# title: Deletion is approved by several and recorded
# description: "A ledger declares who must approve a deletion together, and deletions are recorded."
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.deletion_approved
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-5", "nist-800-53r5:AU-9", "nist-800-53r5:AU-9(5)", "nist-800-53r5:SI-12",
#     "21cfr11:11.10(e)", "eu-annex-11:9", "45cfr164:164.310(d)(2)(i)", "iso-27001-2022:8.10"]
#   remediation: "Declare deletion with the functions that approve together, and logged."
#   parameters:
#     deletion_approvers: {type: integer, stricter: higher}
#   not_applicable: "never: every ledger is judged"
#   checks:
#     declared:
#       path: deletion
#       message: "nothing says who may delete"
#     approvers:
#       path: deletion.approvers
#       message: "{actual} {actual:function approves|functions approve} a deletion; the profile requires {required}"
#     logged:
#       path: deletion.logged
#       message: "deletions are not recorded"
#   avoid: |
#     crossing-log: {deletion: {approvers: [dba]}}
#   prefer: |
#     crossing-log: {deletion: {approvers: [records-officer, legal-counsel], logged: true}}
#   rationale: |
#     Whoever can delete alone and unseen owns the truth. Two functions with different interests, and an entry that
#     stays, make a lawful deletion visible and an unlawful one impossible to hide.
package limen.rules.retention.deletion_approved

import data.limen.parameters

applicable := true

checks["declared"] := {"holds": input.deletion_declared}

checks["approvers"] := {
	"holds": input.deletion_approvers >= parameters.deletion_approvers,
	"actual": input.deletion_approvers,
	"required": parameters.deletion_approvers,
}

checks["logged"] := {"holds": input.deletion_logged}
