# METADATA
# title: "Under every root a key is probed"
# description: "The section probes asks a kms probe of each key that wraps others, or of one that it wraps."
# schemas: [{input: schema.key}]
# custom:
#   id: operations.keys_probed
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: >-
#     Add {probe: kms, key: NAME, endpoint: …, credential: …, every: P1D} for a key under this root.
#   not_applicable: "the key wraps no other"
#   checks:
#     probe:
#       path: wraps
#       message: "no kms probe is asked of it, nor of the {actual} {actual:key|keys} that it wraps"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: kms, key: phi-key, endpoint: "https://kms.example:8200", credential: "env:KMS_TOKEN",
#       every: P1D}]
#   rationale: |
#     Rotation and grants are set for each root's branch at the key management service; one look at each branch shows
#     whether what was declared for it is done.
package limen.rules.operations.keys_probed

applicable := input.wraps > 0

checks["probe"] := {"holds": input.probed, "actual": input.wraps}
