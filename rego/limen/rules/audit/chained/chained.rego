# METADATA
# title: Entries are chained under a key
# description: >-
#   A ledger's entries are bound to one another by an algorithm of the profile, and an HMAC chain names a key of
#   `keys`.
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.chained
#   subject: ledger
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10", "nist-800-53r5:SI-7", "21cfr11:11.10(e)",
#     "eu-annex-11:9", "45cfr164:164.312(c)(1)", "21cfr1311:1311.215", "nist-800-131ar2:10", "pci-dss-4.0.1:10.3.4",
#     "iso-27001-2022:8.15"]
#   remediation: >-
#     Declare chain with HMAC-SHA-256, a key that the ledger's writers do not hold in their own store, and format
#     limen-v1.
#   parameters:
#     chain_algorithms: {type: strings, stricter: fewer}
#   not_applicable: "never: every ledger is judged"
#   checks:
#     algorithm:
#       path: chain.algorithm
#       message: "the chain's algorithm is {actual}; the profile requires one of {required}"
#     key:
#       path: chain.key
#       message: "the chain's key is not one of `keys`, or none is named"
#   avoid: |
#     chain: {algorithm: none}
#   prefer: |
#     chain: {algorithm: HMAC-SHA-256, key: audit-key, format: limen-v1}
#   rationale: |
#     Without a chain an entry can be changed or taken out and nobody sees it. Without a key whoever changes one
#     computes all later hashes anew, so that a plain hash chain stops accidents and no insiders.
package limen.rules.audit.chained

import data.limen.lib.logic
import data.limen.parameters

applicable := true

checks["algorithm"] := {
	"holds": input.chain.algorithm in parameters.chain_algorithms,
	"actual": input.chain.algorithm,
	"required": parameters.chain_algorithms,
}

# A plain hash has no key; whether it is enough is the profile's list of algorithms.
checks["key"] := {"holds": logic.either(
	logic.both(input.chain.key, input.chain.key_known),
	input.chain.algorithm == "SHA-256",
)}
