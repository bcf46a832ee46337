# METADATA
# title: The cold tier is encrypted and proven
# description: "Compressed and last tiers are encrypted, and the last of several has a proof of existence."
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.cold_tier
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10", "nist-800-53r5:SC-28(1)", "eu-annex-11:17"]
#   remediation: "Set encrypted on compressed and last tiers, and proof_of_existence to rfc3161 on the last."
#   not_applicable: the ledger has one tier or none
#   checks:
#     encrypted:
#       path: cold_unencrypted
#       message: "{actual} compressed or last {actual:tier is|tiers are} not encrypted"
#     proven:
#       path: cold_unproven
#       message: "nothing proves when the last of {tiers} {tiers:tier|tiers} was written"
#   avoid: |
#     {name: cold, until: P7Y, worm: true, compressed: true}
#   prefer: |
#     {name: cold, until: P7Y, worm: true, compressed: true, encrypted: true, proof_of_existence: rfc3161}
#   rationale: |
#     Cold storage is somebody else's: tapes, buckets, a vault in another country. Encryption keeps it shut, and a
#     trusted time stamp shows later that it was not written yesterday.
package limen.rules.retention.cold_tier

applicable := input.tiers > 1

checks["encrypted"] := {"holds": input.cold_unencrypted == 0, "actual": input.cold_unencrypted}

checks["proven"] := {"holds": input.cold_unproven == false, "tiers": input.tiers}
