# METADATA
# title: No way to a store leaves no trace
# description: Every way from an untrusted zone to a store of a trusted one has a crossing that is recorded.
# schemas: [{input: schema.path}]
# custom:
#   id: structure.path_unrecorded
#   subject: path
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-2", "nist-800-53r5:AU-12", "21cfr11:11.10(e)", "eu-annex-11:9", "45cfr164:164.312(b)",
#     "pci-dss-4.0.1:10.2.1"]
#   remediation: Record the crossings on the way in a ledger.
#   not_applicable: "never: every such pair is judged"
#   checks:
#     recorded:
#       path: avoids_audit
#       message: "some way to the store, which keeps {label}, has no recorded crossing; the shortest way has {actual}
#         unrecorded"
#   avoid: |
#     - {id: upload, from: site-portal, to: clinical-db, carries: [submission], returns: []}
#   prefer: |
#     - {id: upload, from: site-portal, to: clinical-db, carries: [submission], returns: [],
#         audit: {ledger: crossing-log, by: to}}
#   rationale: |
#     After an incident, the question is what came in and what went out. A way without a single record can't be
#     answered for, however well each of its parts is protected.
package limen.rules.structure.path_unrecorded

applicable := true

checks["recorded"] := {
	"holds": input.avoids_audit == false,
	"actual": input.unaudited_crossings,
	"label": input.label.text,
}
