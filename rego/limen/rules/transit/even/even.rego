# METADATA
# title: "The same items are protected alike on all flows between two zones"
# description: >-
#   A flow is sealed, signed, routed and authorised no differently from the others that move the same items between
#   the same zones.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.even
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-8(1)", "nist-800-53r5:AC-4", "iso-27001-2022:8.9"]
#   remediation: >-
#     Give the flow the layers, hops, permission and fields of its peers, or say by another item that it moves
#     something else.
#   not_applicable: "the flow moves nothing"
#   checks:
#     peers:
#       path: uneven
#       message: "{actual}: weaker here than, or other than, on flows that move the same between the same zones"
#   avoid: |
#     flows:
#       - {id: site-1, from: portal-1, to: gateway, carries: [record], protection: {record: [{sealed: k1},
#           {signed: s1}]}}
#       - {id: site-2, from: portal-2, to: gateway, carries: [record], protection: {record: [{sealed: k2}]}}
#   prefer: |
#     flows:
#       - {id: site-1, from: portal-1, to: gateway, carries: [record], protection: {record: [{sealed: k1},
#           {signed: s1}]}}
#       - {id: site-2, from: portal-2, to: gateway, carries: [record], protection: {record: [{sealed: k2},
#           {signed: s2}]}}
#   rationale: |
#     Whoever is enrolled last, or was enrolled first, is enrolled more weakly than the others, and an attacker needs
#     only that one. A difference that is meant has another item or another zone to show for it.
package limen.rules.transit.even

applicable := input.moves > 0

checks["peers"] := {"holds": count(input.uneven) == 0, "actual": input.uneven}
