# METADATA
# title: The key exists at its custodian
# description: "The custodian that the key is declared at knows it, under its declared name."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_exists
#   subject: kms_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CM-6", "nist-800-53r5:CA-7"]
#   remediation: Declare where the key really is, or make it there; what was sealed before it was lost is lost.
#   not_applicable: every key that a probe asked for is to exist
#   checks:
#     exists:
#       path: exists
#       message: "the custodian knows no such key"
#   avoid: |
#     keys:
#       phi-key: {provider: vault, id: encrypt/phi-data}      # and nothing of that name is there
#   prefer: |
#     keys:
#       phi-key: {provider: vault, id: encrypt/phi-data}      # and the custodian shows it
#   rationale: |
#     Whatever seals the data, it is not the key that the declaration describes: another key, one in a program's
#     memory, or none.
package limen.rules.conformance.kms_exists

applicable := true

checks["exists"] := {"holds": input.exists}
