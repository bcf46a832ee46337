# METADATA
# title: "The witness is sent what it witnesses"
# description: "A flow goes from the ledger's component to the witness that its anchors name."
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.anchor_sent
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-10"]
#   remediation: >-
#     Declare the flow that takes the chain's head and length to the witness, or correct anchors.to.
#   not_applicable: "no anchors are declared"
#   checks:
#     sent:
#       path: anchors.sent
#       message: "no flow goes from the ledger to its witness"
#   avoid: |
#     anchors: {every: PT1H, to: somebody}
#   prefer: |
#     anchors: {every: PT1H, to: witness}     # and a flow from the ledger to witness
#   rationale: |
#     A head that nobody got can be written anew with the rest of the ledger.
package limen.rules.audit.anchor_sent

applicable := input.anchors.declared

checks["sent"] := {"holds": input.anchors.sent}
