# METADATA
# title: The key's material can't leave its custodian
# description: "Nobody can take the material out: no export, no backup in the clear, no reading of its value, and
#   never before."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_extractable
#   subject: kms_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "pci-dss-4.0.1:3.6.1.3", "fips-140-3:7.9"]
#   remediation: >-
#     Make a new key that is not exportable, seal the data anew with it and destroy the old one: what could be taken
#     out may have been, and switching it off brings no copy back.
#   not_applicable: the custodian knows no such key
#   checks:
#     kept_inside:
#       path: ways_out
#       needs: [ways_out]
#       message: "the material can leave: {actual}"
#   avoid: |
#     # bao write encrypt/keys/phi-data exportable=true
#     keys:
#       phi-key: {custody: kms, provider: vault}
#   prefer: |
#     # bao write encrypt/keys/phi-data exportable=false
#     keys:
#       phi-key: {custody: kms, provider: vault}
#   rationale: |
#     A custodian protects a key only as long as the key stays there. Of a copy nobody knows, nothing is logged and
#     nothing can be revoked.
package limen.rules.conformance.kms_extractable

applicable := input.exists

checks["kept_inside"] := {"holds": count(input.ways_out) == 0, "actual": input.ways_out}
