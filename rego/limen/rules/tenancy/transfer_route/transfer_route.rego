# METADATA
# title: A transfer runs over declared flows from one tenant to another
# description: >-
#   The flows of a transfer are declared, each starts where the one before ended, and its two outer ends are two
#   tenants.
# schemas: [{input: schema.transfer}]
# custom:
#   id: tenancy.transfer_route
#   subject: transfer
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-3", "iso-27001-2022:5.14"]
#   remediation: >-
#     List the flows of the transfer in order, from the sender's component through the hub to the receiver's.
#   not_applicable: "never: every transfer is judged"
#   checks:
#     flows:
#       path: flows
#       message: "{actual} of {count} {count:flow|flows} {actual:is|are} not declared; a transfer needs at least one,
#         and all of them declared"
#     connected:
#       path: connected
#       message: a flow of the transfer does not start where the one before ended
#     tenants:
#       path: tenants
#       message: "{actual} {actual:tenant is|tenants are} at the two outer ends; a transfer is between {required}"
#   avoid: |
#     transfers:
#       - {id: t-1, flows: [out-014, in-099]}
#   prefer: |
#     transfers:
#       - {id: t-1, flows: [out-014, in-022], dual_signature: true, acknowledge_within: PT24H,
#             token: {ephemeral: true, single_use: true}, custody_log: crossing-log}
#   rationale: |
#     A transfer makes a path lawful, so it must be the path that really exists: one with a hole, or one whose ends
#     are not two tenants, would excuse flows that it does not govern.
package limen.rules.tenancy.transfer_route

import data.limen.lib.logic

applicable := true

checks["flows"] := {
	"holds": logic.both(input.flows > 0, input.unknown_flows == 0),
	"actual": input.unknown_flows,
	"count": input.flows,
}

checks["connected"] := {"holds": input.connected}

checks["tenants"] := {"holds": input.tenants == 2, "actual": input.tenants, "required": 2}
