# METADATA
# title: A test key behaves as the custodian promises
# description: >-
#   After a rotation old ciphertext opens and new data is sealed by the new version, rewrapping works, a wrong
#   encryption context is refused, and a disabled key refuses.
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_behaviour
#   subject: kms_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-53r5:SC-28(1)"]
#   remediation: "Mend the custodian, or its configuration for keys of this sort, before regulated data is sealed
#     there."
#   not_applicable: the key is not declared as a test key, so that its behaviour was left alone
#   checks:
#     old_ciphertext:
#       path: old_ciphertext_opens
#       needs: [old_ciphertext_opens]
#       message: "what an older version sealed does not open any more"
#     new_version:
#       path: new_version_used
#       needs: [new_version_used]
#       message: "after a rotation the old version went on sealing"
#     rewrap:
#       path: rewraps
#       needs: [rewraps]
#       message: "old ciphertext can't be sealed anew by the new version"
#     context:
#       path: context_bound
#       needs: [context_bound]
#       message: "a ciphertext opened under a wrong encryption context"
#     disabled:
#       path: disabled_refuses
#       needs: [disabled_refuses]
#       message: "the key went on working while it was disabled"
#   avoid: |
#     # an emulator that answers RotateKey and keeps the material
#     keys:
#       probe-key: {environment: test, provider: aws-kms}
#   prefer: |
#     # a custodian on which every step of the trial ends as it should
#     keys:
#       probe-key: {environment: test, provider: aws-kms}
#   rationale: |
#     Configuration shows what was asked for; only use shows what happens. A test key of the same sort, on the same
#     custodian, shows it without touching what protects real data.
package limen.rules.conformance.kms_behaviour

applicable := input.tested

checks["old_ciphertext"] := {"holds": input.old_ciphertext_opens}

checks["new_version"] := {"holds": input.new_version_used}

checks["rewrap"] := {"holds": input.rewraps}

checks["context"] := {"holds": input.context_bound}

checks["disabled"] := {"holds": input.disabled_refuses}
