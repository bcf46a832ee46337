# METADATA
# title: The key can be used, and goes on to exist
# description: "The key is neither disabled nor scheduled to be destroyed."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_usable
#   subject: kms_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-57pt1r5:5.3"]
#   remediation: Enable the key or cancel its deletion, and find out who did it; a key that has served its time
#     keeps its old versions.
#   not_applicable: the custodian knows no such key
#   checks:
#     enabled:
#       path: enabled
#       needs: [enabled]
#       message: "the key is disabled at its custodian"
#     kept:
#       path: deletion_pending
#       needs: [deletion_pending]
#       message: "the key, or a version of it, is scheduled to be destroyed"
#   avoid: |
#     # aws kms schedule-key-deletion --key-id phi-key
#     keys:
#       phi-key: {retains_old_versions: true}
#   prefer: |
#     # the custodian shows the key as enabled
#     keys:
#       phi-key: {retains_old_versions: true}
#   rationale: |
#     Data outlives the key that sealed it. A key on its way out takes years of records with it, and whoever can
#     schedule that can do what ransomware does.
package limen.rules.conformance.kms_usable

applicable := input.exists

checks["enabled"] := {"holds": input.enabled}

checks["kept"] := {"holds": input.deletion_pending == false}
