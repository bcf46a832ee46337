# METADATA
# title: "A ledger's numbers have no gap"
# description: "The numbers of a ledger's records count on one by one, from 1."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_sequence
#   subject: ledger_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-10", "21cfr11:11.10(e)", "21cfr11:11.10(f)",
#     "21cfr1304:1304.21(a)", "iso-27001-2022:8.15"]
#   remediation: >-
#     Find out which records are missing or written twice, and by whom, before anything else is appended.
#   not_applicable: "the ledger has no records"
#   checks:
#     sequence:
#       path: sequence.faults
#       needs: [sequence.faults]
#       message: >-
#         records out of sequence: {actual}; the first is record {record} at byte {offset} ({kind}):
#         expected {expected}, found {found}
#   avoid: |
#     # record 12 is followed by record 14
#   prefer: |
#     # record 12 is followed by record 13
#   rationale: |
#     A gap is a record that was there. A number that is used twice is two histories, of which one is not true.
package limen.rules.conformance.ledger_sequence

applicable := input.records > 0

checks["sequence"] := {
	"holds": input.sequence.faults == 0,
	"actual": input.sequence.faults,
	"record": input.sequence.record,
	"offset": input.sequence.offset,
	"kind": input.sequence.kind,
	"expected": input.sequence.expected,
	"found": input.sequence.found,
}
