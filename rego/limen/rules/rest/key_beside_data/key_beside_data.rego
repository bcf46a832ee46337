# METADATA
# title: No key lies beside the data that it seals
# description: The key of a store is held by another component than the store.
# schemas: [{input: schema.component}]
# custom:
#   id: rest.key_beside_data
#   subject: component
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-28(1)", "nist-800-53r5:SC-28(3)", "nist-800-57pt1r5:6.2.2",
#     "pci-dss-4.0.1:3.6.1.4", "pci-dss-4.0.1:3.7.3"]
#   remediation: "Hold the key at another component, such as a KMS, and name that component in the key's held_by."
#   not_applicable: "the component stores nothing and keeps no ledger, or names no key (rest.encrypted judges that)"
#   checks:
#     apart:
#       path: at_rest.key_beside_data
#       needs: [at_rest.key_beside_data]
#       message: the key lies in the component that stores the data
#   avoid: |
#     keys:
#       phi-key: {held_by: clinical-db}
#     components:
#       clinical-db: {stores: [submission], at_rest: {algorithm: AES-256-GCM, key: phi-key}}
#   prefer: |
#     keys:
#       phi-key: {held_by: vault, custody: kms}
#     components:
#       clinical-db: {stores: [submission], at_rest: {algorithm: AES-256-GCM, key: phi-key}}
#   rationale: |
#     A locked box with its key on the lid: one stolen disk, one dumped database or one administrator has both.
#     Where the key's place is not declared, nobody can say that it is elsewhere.
package limen.rules.rest.key_beside_data

import data.limen.lib.logic

applicable := logic.both(logic.either(input.stores > 0, input.keeps_ledger), input.at_rest.key)

checks["apart"] := {"holds": input.at_rest.key_beside_data == false}
