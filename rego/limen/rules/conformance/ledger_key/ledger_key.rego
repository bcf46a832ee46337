# METADATA
# title: "A ledger's records are bound by known keys"
# description: "Each record that names a key names one that is declared for the chain."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_key
#   subject: ledger_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10", "nist-800-53r5:SC-12", "21cfr11:11.10(e)"]
#   remediation: >-
#     Add the key to the probe's chain_keys if it is one of the chain's; if it is not, treat the records as
#     forged.
#   not_applicable: "the ledger has no records"
#   checks:
#     key:
#       path: key.faults
#       needs: [key.faults]
#       message: >-
#         records that name a key that is not known: {actual}; the first is record {record} at byte {offset} ({kind}):
#         expected {expected}, found {found}
#   avoid: |
#     # {"_seq":13,"key":"key-of-somebody"}
#   prefer: |
#     # {"_seq":13,"key":"audit-2026"}         # and chain_keys: {audit-2026: "vault:kv/audit-2026"}
#   rationale: |
#     What was bound under a key that nobody declared was bound by somebody that nobody knows; it can't be verified, and
#     it may be where a forger took over.
package limen.rules.conformance.ledger_key

applicable := input.records > 0

checks["key"] := {
	"holds": input.key.faults == 0,
	"actual": input.key.faults,
	"record": input.key.record,
	"offset": input.key.offset,
	"kind": input.key.kind,
	"expected": input.key.expected,
	"found": input.key.found,
}
