# METADATA
# title: A key has one purpose
# description: A key is used only for the purpose that it declares.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.one_purpose
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "21cfr1311:1311.30", "nist-800-57pt1r5:5.2"]
#   remediation: "Declare the key's purpose and give each other use a key of its own."
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     purpose:
#       path: purpose
#       needs: [purpose]
#       message: "the key is for {required} and is also used for {actual}"
#   avoid: |
#     keys:
#       phi-key: {purpose: encrypt}
#     components:
#       automation: {seals_with: [phi-key], signs_with: [phi-key]}
#   prefer: |
#     keys:
#       phi-key: {purpose: encrypt}
#       automation-signing: {purpose: sign}
#   rationale: |
#     SP 800-57 Part 1 gives each key one use: two protocols under one key can be played against one another, and a
#     signing key must die with its signer while a sealing key must live as long as the data.
package limen.rules.keys.one_purpose

applicable := count(input.uses) > 0

checks["purpose"] := {
	"holds": count(input.foreign_uses) == 0,
	"actual": input.foreign_uses,
	"required": input.purpose,
}
