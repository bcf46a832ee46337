# METADATA
# title: "A chain's key does not lie beside the chain"
# description: "The key of a ledger's chain is held by another component than the one that keeps the ledger."
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.chain_key_apart
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-5", "nist-800-53r5:AU-9", "nist-800-53r5:AU-9(2)", "nist-800-53r5:AU-9(3)",
#     "nist-800-53r5:SC-12"]
#   remediation: >-
#     Hold the chain's key in a KMS, HSM or secret store, name it in the key's held_by, and let the ledger ask for
#     each MAC.
#   not_applicable: the chain names no key (audit.chained judges that)
#   checks:
#     apart:
#       path: chain.key_beside
#       needs: [chain.key_beside]
#       message: "the chain's key lies in the ledger's own component"
#   avoid: |
#     keys:
#       audit-key: {held_by: crossing-log}
#   prefer: |
#     keys:
#       audit-key: {held_by: vault, custody: kms}
#   rationale: |
#     Whoever takes the ledger's host then has the records and the key, and writes a new history that verifies.
#     Apart, an intruder needs both.
package limen.rules.audit.chain_key_apart

applicable := input.chain.key

checks["apart"] := {"holds": input.chain.key_beside == false}
