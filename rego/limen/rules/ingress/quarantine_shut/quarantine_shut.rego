# METADATA
# title: "What is put into a quarantine is sealed for those who open it"
# description: >-
#   Whatever arrives at a quarantine is sealed with a key that neither the quarantine nor whoever writes to it opens
#   with.
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.quarantine_shut
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SI-7", "nist-800-53r5:AC-6", "nist-800-53r5:SC-28(1)"]
#   remediation: "Seal what is refused with a key of its own, to which only the stewards are granted."
#   not_applicable: "the component is no quarantine"
#   checks:
#     shut:
#       path: opens_with
#       message: >-
#         {actual} {actual:item arrives|items arrive} unsealed, or under a key that the writer or the quarantine opens
#         with
#   avoid: |
#     flows:
#       - {id: reject, from: gateway, to: quarantine, carries: [record]}
#   prefer: |
#     flows:
#       - {id: reject, from: gateway, to: quarantine, carries: [record],
#           protection: {record: [{sealed: quarantine-key}]}}
#   rationale: |
#     What is in quarantine was refused because it may be poisoned. Whoever can open it there by accident does, and a
#     writer that reads its own refusals is the way further in.
package limen.rules.ingress.quarantine_shut

applicable := input.quarantine

checks["shut"] := {"holds": input.use.quarantine_open == 0, "actual": input.use.quarantine_open}
