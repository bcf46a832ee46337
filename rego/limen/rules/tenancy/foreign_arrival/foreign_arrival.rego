# METADATA
# title: "A tenant's data reaches another tenant only by a transfer"
# description: >-
#   No instance of one tenant's item can arrive at another tenant's component by a flow that no transfer names.
# schemas: [{input: schema.exposure}]
# custom:
#   id: tenancy.foreign_arrival
#   subject: exposure
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-7(21)", "45cfr164:164.312(a)(1)"]
#   remediation: >-
#     Declare a transfer over the flows on the witness path, or cut the path: partition the component between the
#     tenants by tenant.
#   not_applicable: "the item is not another tenant's, and can't be mixed with one"
#   checks:
#     route:
#       path: outside_transfer
#       message: "another tenant's instance can arrive here, at trust {trust}, by a flow that no transfer names"
#   avoid: |
#     flows:
#       - {id: share, from: store-014, to: store-022, carries: [inventory]}
#   prefer: |
#     flows:
#       - {id: share, from: store-014, to: store-022, carries: [inventory]}
#     transfers:
#       - {id: t-014-022, flows: [share], dual_signature: true, acknowledge_within: PT24H,
#             token: {ephemeral: true, single_use: true}, custody_log: crossing-log}
#   rationale: |
#     Tenants are competitors and separate registrants. A path between them that no agreement covers is a leak, and
#     for controlled substances also a distribution that nobody ordered.
package limen.rules.tenancy.foreign_arrival

import data.limen.lib.logic

# A mixed instance counts as foreign: nobody can say whose it is.
applicable := logic.either(input.foreign, input.outside_transfer)

checks["route"] := {"holds": input.outside_transfer == false, "trust": input.trust}
