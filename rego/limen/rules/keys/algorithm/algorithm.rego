# METADATA
# title: Algorithms are allowed on the day of the law
# description: >-
#   A key's algorithm is in the profile's table, its last day has not passed, and it can do what the key is used for.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.algorithm
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-13", "nist-800-57pt1r5:5.6", "nist-800-131ar2:2", "nist-800-131ar2:3",
#     "nist-800-131ar2:6", "nist-800-131ar2:7", "nist-800-131ar2:10", "fips-204:4", "fips-205:11",
#     "pci-dss-4.0.1:3.7.1", "pci-dss-4.0.1:12.3.3", "iso-27001-2022:8.24"]
#   remediation: >-
#     Move to an algorithm that the profile allows, such as AES-256, HMAC-SHA-256, ECDSA-P-384 or ML-DSA-65, and keep
#     the old versions for reading.
#   parameters:
#     algorithm_last_day: {type: date_table, stricter: lower}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     algorithm:
#       path: algorithm
#       needs: [algorithm]
#       message: "{actual} is not allowed any more: last day {required}, 0 where the profile never allowed it"
#     able:
#       path: uses
#       needs: [algorithm]
#       message: "{algorithm} can't do all of what the key is used for: {actual}"
#   avoid: |
#     keys:
#       legacy: {algorithm: 3DES}
#   prefer: |
#     keys:
#       phi-key: {algorithm: AES-256}
#   rationale: |
#     Algorithms end on known days: SP 800-131A Rev. 2 disallows three-key Triple DES after 2023. Plans such as IR
#     8547 are drafts, so a profile that follows them says so by its own dates.
package limen.rules.keys.algorithm

import data.limen.context
import data.limen.lib.dates
import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := count(input.uses) > 0

checks["algorithm"] := {
	"holds": dates.allowed_on(parameters.algorithm_last_day, input.algorithm, context.as_of),
	"actual": input.algorithm,
	"required": object.get(parameters.algorithm_last_day, input.algorithm, 0),
}

# What only signs or authenticates seals nothing, and what only seals signs nothing: such a declaration describes
# something else than what runs.
checks["able"] := {
	"holds": logic.both(
		logic.either(never_seals == false, count(sealing) == 0),
		logic.either(never_signs == false, count(signing) == 0),
	),
	"actual": input.uses,
	"algorithm": input.algorithm,
}

sealing := sets.shared(input.uses, ["encrypt", "wrap"])

signing := sets.shared(input.uses, ["sign"])

never_seals := input.algorithm in {
	"HMAC-SHA-256", "HMAC-SHA-384", "HMAC-SHA-512", "HMAC-SHA-1",
	"ECDSA-P-256", "ECDSA-P-384", "ECDSA-P-521", "Ed25519", "Ed448",
	"ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "SLH-DSA-SHA2-128s",
}

never_signs := input.algorithm in {"AES-256", "AES-192", "AES-128", "3DES", "X25519", "ML-KEM-768", "ML-KEM-1024"}
