# METADATA
# title: No wildcard grants the key
# description: "Nobody gets the key by a grant to everybody, on every key or for every operation."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_wildcard_grants
#   subject: kms_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "pci-dss-4.0.1:3.6.1.3"]
#   remediation: "Name the key, the grantee and the operations in the policy, one grant for each use."
#   not_applicable: "the custodian knows no such key, or shows nobody its grants: PKCS#11, KMIP, and Azure's vaults"
#   checks:
#     named:
#       path: wildcard_grants
#       needs: [wildcard_grants]
#       message: "{actual} {actual:grant|grants} reach the key by a wildcard"
#   avoid: |
#     # path "encrypt/*" { capabilities = ["create", "update"] }
#     keys:
#       phi-key: {grantees: [automation]}
#   prefer: |
#     # path "encrypt/encrypt/phi-data" { capabilities = ["update"] }
#     keys:
#       phi-key: {grantees: [automation]}
#   rationale: |
#     A wildcard grants every key that is ever made there, to people who were never named. Nobody reviews a grant that
#     nobody wrote.
package limen.rules.conformance.kms_wildcard_grants

import data.limen.lib.logic

applicable := logic.both(input.exists, input.provider in {"vault", "aws-kms", "gcp-kms"})

checks["named"] := {"holds": input.wildcard_grants == 0, "actual": input.wildcard_grants}
