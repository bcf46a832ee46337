# METADATA
# title: "A key is named as its custodian names it"
# description: >-
#   A key in use declares its provider and its id there, so that what is declared can be found and looked at.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.identified
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CM-2", "nist-800-57pt1r5:5.2"]
#   remediation: "Declare provider and id as the key management service shows them."
#   not_applicable: "nothing in the declaration uses the key"
#   checks:
#     named:
#       path: id
#       message: "provider or id is not declared: nobody can tell which key at the custodian this is"
#   avoid: |
#     keys:
#       phi-key: {custody: kms, algorithm: AES-256}
#   prefer: |
#     keys:
#       phi-key: {custody: kms, provider: vault, id: encrypt/phi, algorithm: AES-256}
#   rationale: |
#     A key that is only a word in a file can't be rotated, revoked or probed, and two words may be one key: whether
#     keys are shared between tenants or environments is decided by provider and id.
package limen.rules.keys.identified

applicable := count(input.uses) > 0

checks["named"] := {"holds": input.named}
