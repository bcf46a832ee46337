# METADATA
# title: Sender and receiver sign a transfer
# description: >-
#   A transfer is signed by both sides, and every item leaves its sender with a signature that the sender can make.
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.transfer_signatures
#   subject: transfer
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "21cfr11:11.70", "21cfr1304:1304.21(a)"]
#   remediation: >-
#     Set dual_signature to true, and add a signed layer with the sender's key to the first flow's protection of each
#     item.
#   not_applicable: "never: every transfer is judged"
#   checks:
#     dual:
#       path: dual_signature
#       message: the transfer is not declared to be signed by both sides
#     items:
#       path: flows
#       message: "{actual} {actual:item leaves|items leave} the sender without a signature"
#   avoid: |
#     transfers:
#       - {id: t-1, flows: [out, in], dual_signature: false}
#   prefer: |
#     transfers:
#       - {id: t-1, flows: [out, in], dual_signature: true, acknowledge_within: PT24H, token: {ephemeral: true,
#             single_use: true}, custody_log: crossing-log}
#   rationale: |
#     With one signature the other side can deny that it sent, or that it received, and the difference in stock has
#     no owner. DEA asks every registrant for a complete and accurate record of both.
package limen.rules.tenancy.transfer_signatures

applicable := true

checks["dual"] := {"holds": input.dual_signature, "actual": input.dual_signature}

checks["items"] := {"holds": input.unsigned_items == 0, "actual": input.unsigned_items}
