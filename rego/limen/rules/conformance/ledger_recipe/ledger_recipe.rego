# METADATA
# title: "A chain's hashes bind what they seem to bind"
# description: "A hash is also over that of the record before, and over bytes that can be read in one way only."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_recipe
#   subject: ledger_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9(3)", "nist-800-53r5:AU-10", "nist-800-53r5:SI-7", "21cfr11:11.10(e)"]
#   remediation: "Write new records as limen-v1, or hash one canonical object with the hash before it."
#   not_applicable: "the chain is limen-v1, which binds both"
#   checks:
#     linked:
#       path: linked
#       message: "a record's hash is not over the hash of the record before: each record can be replaced by itself"
#     unambiguous:
#       path: unambiguous
#       message: "values are hashed one after the other: different records can share a hash"
#   avoid: |
#     sha256(actor + action)          # ("ab", "c") is ("a", "bc"), and nothing ties it to the record before
#   prefer: |
#     sha256(rfc8785({"prev": "…", "seq": 12, "actor": "ab", "action": "c"}))
#   rationale: |
#     A hash over joined texts does not change when a character moves from one field to the next. A hash that leaves
#     the one before out is a check sum of one record; with it nothing can be said of which records there were.
package limen.rules.conformance.ledger_recipe

applicable := input.format != "limen-v1"

checks["linked"] := {"holds": input.linked}

checks["unambiguous"] := {"holds": input.unambiguous}
