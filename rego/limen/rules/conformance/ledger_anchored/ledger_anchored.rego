# METADATA
# title: "A ledger leads to every head that was anchored"
# description: "The records lead to each anchor's head at its length: none is gone from the tail, none was made anew."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_anchored
#   subject: ledger_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-9(2)", "nist-800-53r5:AU-10", "nist-800-53r5:SI-7",
#     "21cfr11:11.10(e)", "45cfr164:164.312(c)(1)", "eu-annex-11:9", "pci-dss-4.0.1:10.3.4"]
#   remediation: >-
#     Preserve the ledger and the anchors as evidence, start the incident procedure, and restore what is gone from a
#     copy that leads to the anchored head.
#   not_applicable: "never: every ledger is judged"
#   checks:
#     length:
#       path: anchors.missing
#       needs: [anchors.missing]
#       message: "records that an anchor counted and that are gone: {actual}"
#     head:
#       path: anchors.differing
#       needs: [anchors.differing, anchors.count]
#       message: "anchors whose head the records do not lead to: {actual} of {count}; history was written anew"
#     text:
#       path: anchors.changed
#       message: "segments of the text that are not as they were anchored: {actual} of {count}"
#   avoid: |
#     # an anchor says 5,000 records; the ledger has 4,990, and verifies
#   prefer: |
#     # an anchor says 5,000 records; record 5,000 has the head that it holds
#   rationale: |
#     A chain whose last records are cut off verifies, and so does one that was made anew by somebody who holds its
#     key, or needs none. Only a head that somebody else holds shows either; without an anchor nothing can be said.
package limen.rules.conformance.ledger_anchored

applicable := true

checks["length"] := {"holds": input.anchors.missing == 0, "actual": input.anchors.missing}

checks["head"] := {
	"holds": input.anchors.differing == 0,
	"actual": input.anchors.differing,
	"count": input.anchors.count,
}

checks["text"] := {
	"holds": input.anchors.changed == 0,
	"actual": input.anchors.changed,
	"count": input.anchors.compared,
}
