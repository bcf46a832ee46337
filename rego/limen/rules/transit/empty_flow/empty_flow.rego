# METADATA
# title: "A flow moves something"
# description: "Every flow carries or returns at least one item."
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.empty_flow
#   subject: flow
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-9", "nist-800-53r5:SC-7(5)"]
#   remediation: "Say under carries and returns what moves, or remove the flow and close the way."
#   not_applicable: "every flow is judged"
#   checks:
#     moves:
#       path: carries
#       message: "it moves {actual} items: a way that is open for nothing"
#   avoid: |
#     flows:
#       - {id: probe, from: ops, to: db, carries: [], returns: []}
#   prefer: |
#     flows:
#       - {id: probe, from: ops, to: db, carries: [health-query], returns: [health]}
#   rationale: |
#     What carries nothing needs no door. Mostly something does move over it, and was left out of the declaration so
#     that nobody asks how it is protected.
package limen.rules.transit.empty_flow

applicable := true

checks["moves"] := {"holds": input.moves > 0, "actual": input.moves}
