# METADATA
# title: "A ledger's chain is intact"
# description: "Each record is unchanged and follows the one before it, from the first record to the last."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_chain
#   subject: ledger_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10", "nist-800-53r5:SI-7",
#     "21cfr11:11.10(e)", "21cfr11:11.10(c)", "45cfr164:164.312(c)(1)", "eu-annex-11:9", "pci-dss-4.0.1:10.3.4",
#     "iso-27001-2022:8.15"]
#   remediation: >-
#     Preserve the ledger and its copies as evidence, start the incident procedure, and restore from a copy
#     whose head an anchor holds.
#   not_applicable: "the ledger has no records"
#   checks:
#     chain:
#       path: chain.faults
#       needs: [chain.faults]
#       message: >-
#         records that break the chain: {actual}; the first is record {record} at byte {offset} ({kind}):
#         expected {expected}, found {found}
#   avoid: |
#     # record 12 was edited, and its hash is still that of what it said before
#   prefer: |
#     # every record's hash is that of its content, and the next one repeats it
#   rationale: |
#     Whoever changes, removes, adds or moves a record breaks the chain at that place. An intact chain is what makes a
#     ledger evidence; a broken one shows where somebody was.
package limen.rules.conformance.ledger_chain

applicable := input.records > 0

checks["chain"] := {
	"holds": input.chain.faults == 0,
	"actual": input.chain.faults,
	"record": input.chain.record,
	"offset": input.chain.offset,
	"kind": input.chain.kind,
	"expected": input.chain.expected,
	"found": input.chain.found,
}
