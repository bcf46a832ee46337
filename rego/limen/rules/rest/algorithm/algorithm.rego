# METADATA
# title: "Encryption at rest is of the profile's strength"
# description: >-
#   An encrypted store uses an algorithm and mode of the profile, with a key whose algorithm the profile allows.
# schemas: [{input: schema.component}]
# custom:
#   id: rest.algorithm
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-13", "nist-800-53r5:SC-28(1)", "45cfr164:164.312(a)(2)(iv)", "nist-800-57pt1r5:5.6",
#     "nist-800-131ar2:2", "pci-dss-4.0.1:3.5.1", "iso-27001-2022:8.24"]
#   remediation: "Encrypt anew with AES-256-GCM or AES-256-XTS under a 256-bit key; a library's Fernet is AES-128."
#   parameters:
#     rest_algorithms: {type: strings, stricter: fewer}
#     rest_key_algorithms: {type: strings, stricter: fewer}
#   not_applicable: >-
#     the component stores nothing and keeps no ledger, or is not encrypted (rest.encrypted judges that)
#   checks:
#     algorithm:
#       path: at_rest.algorithm
#       message: "the algorithm is {actual}; the profile requires one of {required}"
#     key:
#       path: at_rest.key_algorithm
#       needs: [at_rest.key_algorithm]
#       message: "the key's algorithm is {actual}; the profile requires one of {required}"
#   avoid: |
#     at_rest: {algorithm: AES-128-CBC, key: phi-data-key}
#   prefer: |
#     at_rest: {algorithm: AES-256-GCM, key: phi-data-key}
#   rationale: |
#     Records are kept for years, and a copied medium can be worked on for as long. AES-256 leaves a margin against
#     quantum search, and an unauthenticated mode lets whoever writes the medium change what is read.
package limen.rules.rest.algorithm

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(
	logic.either(input.stores > 0, input.keeps_ledger),
	unencrypted == false,
)

checks["algorithm"] := {
	"holds": input.at_rest.algorithm in parameters.rest_algorithms,
	"actual": input.at_rest.algorithm,
	"required": parameters.rest_algorithms,
}

checks["key"] := {
	"holds": input.at_rest.key_algorithm in parameters.rest_key_algorithms,
	"actual": input.at_rest.key_algorithm,
	"required": parameters.rest_key_algorithms,
}

unencrypted := input.at_rest.algorithm in {"none", "undeclared"}
