# METADATA
# title: What is logged is as trustworthy as the data requires
# description: The least integrity of what arrives at a ledger is no lower than what recorded items require.
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.integrity
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-10", "nist-800-53r5:SI-7"]
#   remediation: >-
#     Have entries validated or signed by a component of enough trust before they reach the ledger, and verify them
#     there.
#   not_applicable: no recorded or arriving item requires any integrity
#   checks:
#     integrity:
#       path: integrity
#       message: "entries can arrive with integrity {actual}; recorded items require {required}"
#   avoid: |
#     flows:
#       - {id: portal-log, from: portal, to: crossing-log, carries: [entry]}
#   prefer: |
#     flows:
#       - {id: gateway-log, from: gateway, to: crossing-log, carries: [entry],
#             protection: {entry: [{signed: gateway-key}]}}
#   rationale: |
#     A ledger preserves lies as faithfully as facts. If an untrusted component can write what is recorded about it,
#     the trail proves what that component wants (Biba, 1977).
package limen.rules.audit.integrity

applicable := input.requires_integrity > 0

checks["integrity"] := {
	"holds": input.integrity >= input.requires_integrity,
	"actual": input.integrity,
	"required": input.requires_integrity,
}
