# METADATA
# title: What old versions sealed can still be opened
# description: "No version of the key has been cut off from opening what it sealed."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_old_versions
#   subject: kms_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-57pt1r5:5.3"]
#   remediation: "Lower the oldest version that may open to the first, or restore the lost versions from the
#     custodian's own backup."
#   not_applicable: "the custodian knows no such key, or keeps no history of versions, as PKCS#11 and KMIP"
#   checks:
#     readable:
#       path: unreadable_versions
#       needs: [unreadable_versions]
#       message: "{actual} {actual:version|versions} of the key can't open what {actual:it|they} sealed any more"
#   avoid: |
#     # bao write encrypt/keys/phi-data/config min_decryption_version=3
#     keys:
#       phi-key: {retains_old_versions: true}
#   prefer: |
#     # bao write encrypt/keys/phi-data/config min_decryption_version=1
#     keys:
#       phi-key: {retains_old_versions: true}
#   rationale: |
#     Rotation that loses the past is deletion under another name, and records must be kept for years. If data was to
#     be destroyed, that has its own approval and its own log.
package limen.rules.conformance.kms_old_versions

import data.limen.lib.logic

applicable := logic.both(input.exists, input.provider in {"vault", "aws-kms", "gcp-kms", "azure-key-vault"})

checks["readable"] := {"holds": input.unreadable_versions == 0, "actual": input.unreadable_versions}
