# METADATA
# title: "A lock that was tried held"
# description: >-
#   What the probe wrote below its test prefix and locked could not be deleted, released early or taken from under
#   a legal hold, and was encrypted.
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_trial
#   subject: storage_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-9(3)", "nist-800-53r5:SI-7", "21cfr11:11.10(e)",
#     "iso-27001-2022:5.33"]
#   remediation: >-
#     Ask the store's maker: it says that it locks, and does not. Until then keep the records elsewhere.
#   not_applicable: "the probe was not told to try it"
#   checks:
#     delete:
#       path: trial.delete
#       needs: [trial.delete]
#       message: "deleting a locked version was {actual}"
#     bypass:
#       path: trial.bypass
#       needs: [trial.bypass]
#       message: "deleting a locked version as one who may bypass governance was {actual}"
#     shorten:
#       path: trial.shorten
#       needs: [trial.shorten]
#       message: "shortening the retention of a locked version was {actual}"
#     hold:
#       path: trial.hold
#       needs: [trial.hold]
#       message: "deleting a version under a legal hold was {actual}"
#     sealed:
#       path: seal.effective
#       needs: [seal.effective]
#       message: "a new object was sealed with: {actual}"
#   avoid: |
#     probes: [{probe: storage, component: records, endpoint: "https://objects.example/records"}]    # what it says
#   prefer: |
#     probes: [{probe: storage, component: records, endpoint: "https://objects.example/records", options:
#       {test_prefix: limen}}]    # what it does
#   rationale: |
#     Several stores accept a lock, show it, and delete all the same. A refusal counts only where the same deletion
#     succeeded once the lock was over, so that a missing permission is not taken for a lock.
package limen.rules.conformance.storage_trial

applicable := input.tried

checks["delete"] := {"holds": input.trial.delete == "refused", "actual": input.trial.delete}

checks["bypass"] := {"holds": input.trial.bypass == "refused", "actual": input.trial.bypass}

checks["shorten"] := {"holds": input.trial.shorten == "refused", "actual": input.trial.shorten}

checks["hold"] := {"holds": input.trial.hold == "refused", "actual": input.trial.hold}

checks["sealed"] := {"holds": count({"none", "other"} & {input.seal.effective}) == 0, "actual": input.seal.effective}
