# METADATA
# title: "A transfer's token is single-use and ephemeral"
# description: A transfer is authorised by a token that is refused the second time and ends with reconciliation.
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.transfer_token
#   subject: transfer
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:IA-5", "nist-800-53r5:SC-23"]
#   remediation: >-
#     Declare token with ephemeral and single_use true, and have the hub strike tokens out when they are redeemed.
#   not_applicable: "never: every transfer is judged"
#   checks:
#     declared:
#       path: token
#       message: no token authorises the transfer
#     single_use:
#       path: token.single_use
#       message: the token is not declared to be refused the second time
#     ephemeral:
#       path: token.ephemeral
#       message: the token is not declared to end with reconciliation
#   avoid: |
#     token: {ephemeral: false, single_use: false}
#   prefer: |
#     token: {ephemeral: true, single_use: true}
#   rationale: |
#     A token that works twice moves the goods twice, in the books at least; one that outlives its transfer is a
#     standing permission between two tenants.
package limen.rules.tenancy.transfer_token

applicable := true

checks["declared"] := {"holds": input.token_declared}

checks["single_use"] := {"holds": input.token_single_use, "actual": input.token_single_use}

checks["ephemeral"] := {"holds": input.token_ephemeral, "actual": input.token_ephemeral}
