# METADATA
# title: "A chain has a format that others can verify"
# description: "A ledger's chain declares one of the formats that the profile knows how to verify."
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.chain_format
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9(3)", "21cfr11:11.10(e)"]
#   remediation: "Write the chain as limen-v1, or declare the format's verifier in a profile of your own."
#   parameters:
#     chain_formats: {type: strings, stricter: fewer}
#   not_applicable: "the ledger declares no chain"
#   checks:
#     format:
#       path: chain.format
#       message: "the chain is in format {actual}; the profile allows {required}"
#   avoid: |
#     chain: {algorithm: HMAC-SHA-256, key: audit-key, format: foreign}
#   prefer: |
#     chain: {algorithm: HMAC-SHA-256, key: audit-key, format: limen-v1}
#   rationale: |
#     A chain that only its writer can recompute proves that the writer agrees with itself.
package limen.rules.audit.chain_format

import data.limen.parameters

applicable := input.chain.algorithm != "undeclared"

checks["format"] := {
	"holds": input.chain.format in parameters.chain_formats,
	"actual": input.chain.format,
	"required": parameters.chain_formats,
}
