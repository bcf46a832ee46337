# METADATA
# title: "Stores are encrypted with a key of `keys`"
# description: >-
#   A component that stores items or keeps a ledger declares encryption at rest, and the key that does it.
# schemas: [{input: schema.component}]
# custom:
#   id: rest.encrypted
#   subject: component
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:SC-28", "nist-800-53r5:SC-28(1)", "eu-annex-11:7.1", "45cfr164:164.312(a)(2)(iv)",
#     "pci-dss-4.0.1:3.5.1", "iso-27001-2022:8.24"]
#   remediation: "Declare at_rest with AES-256-GCM or AES-256-XTS and a key of `keys` on the component or its zone."
#   not_applicable: the component stores nothing and keeps no ledger
#   checks:
#     algorithm:
#       path: at_rest.algorithm
#       message: "encryption at rest is {actual} for {stores} stored {stores:item|items}"
#     key:
#       path: at_rest.key
#       message: "no key of `keys` is named for encryption at rest"
#   avoid: |
#     clinical-db: {zone: data, kind: datastore, stores: [submission]}
#   prefer: |
#     clinical-db: {zone: data, kind: datastore, stores: [submission], at_rest: {algorithm: AES-256-GCM,
#         key: phi-data-key}}
#   rationale: |
#     Disks are sold, snapshots copied and tapes lost. Encryption at rest is addressable under 45 CFR
#     164.312(a)(2)(iv), yet a stolen medium without it is a breach to be notified. A key without a name has no
#     owner, no rotation and no end.
package limen.rules.rest.encrypted

import data.limen.lib.logic

applicable := logic.either(input.stores > 0, input.keeps_ledger)

checks["algorithm"] := {
	"holds": unencrypted == false,
	"actual": input.at_rest.algorithm,
	"stores": input.stores,
}

checks["key"] := {"holds": input.at_rest.key}

unencrypted := input.at_rest.algorithm in {"none", "undeclared"}
