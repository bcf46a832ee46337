# METADATA
# title: A flow says what it carries
# description: "Each flow declares its carries, even where it is empty."
# schemas: [{input: schema.flow}]
# custom:
#   id: structure.carriage_undeclared
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-3", "nist-800-53r5:CM-12", "eu-annex-11:4.3",
#     "pci-dss-4.0.1:1.2.4", "iso-27001-2022:5.14"]
#   remediation: List in carries the items that go from the source to the target.
#   not_applicable: "never: every flow is judged"
#   checks:
#     declared:
#       path: carries
#       message: "what it carries is not declared, so that {actual} {actual:item is|items are} assumed to move"
#   avoid: |
#     - {id: sync, from: automation, to: clinical-db, returns: []}
#   prefer: |
#     - {id: sync, from: automation, to: clinical-db, carries: [submission], returns: []}
#   rationale: |
#     A flow that does not say what it moves may move everything that its source holds. All that follows is assumed
#     and can't be judged, so the flow itself is the finding.
package limen.rules.structure.carriage_undeclared

applicable := true

checks["declared"] := {"holds": input.carriage_declared, "actual": input.moves}
