# METADATA
# title: Heads of the chain are anchored with somebody else
# description: >-
#   A ledger gives head and length of its chain to a witness in another zone or tenant, at least as often as the
#   profile says.
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.anchored
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-9(2)", "nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10",
#     "pci-dss-4.0.1:10.3.3"]
#   remediation: Declare anchors with an interval within the maximum and a witness in another zone or at a partner.
#   parameters:
#     anchor_maximum: {type: duration, stricter: lower}
#   not_applicable: "never: every ledger is judged"
#   checks:
#     declared:
#       path: anchors.declared
#       message: no anchors are declared
#     elsewhere:
#       path: anchors.elsewhere
#       message: the witness is not another component in another zone or tenant
#     interval:
#       path: anchors.every
#       needs: [anchors.every]
#       message: "heads are anchored every {actual}; the profile requires {required} at most"
#   avoid: |
#     anchors: {every: P7D, to: crossing-log}
#   prefer: |
#     anchors: {every: PT1H, to: partner-witness}
#   rationale: |
#     A chain proves nothing about its end: whoever cuts the last entries off leaves a shorter chain that verifies.
#     A head and a length that somebody else keeps make the cut visible.
package limen.rules.audit.anchored

import data.limen.parameters

applicable := true

checks["declared"] := {"holds": input.anchors.declared}

checks["elsewhere"] := {"holds": input.anchors.elsewhere}

checks["interval"] := {
	"holds": input.anchors.every <= parameters.anchor_maximum,
	"actual": input.anchors.every,
	"required": parameters.anchor_maximum,
}
