# METADATA
# title: "Only tokens are turned back, by approval and with a key"
# description: "What restores an item from tokens starts from tokens, names its key, and was approved."
# schemas: [{input: schema.transformation}]
# custom:
#   id: classification.reversal
#   subject: transformation
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "45cfr164:164.502(b)"]
#   remediation: "Name under key the key of the tokens and under approved_by who allows re-identification; reverse
#     nothing but items with token: true."
#   not_applicable: nothing is turned back
#   checks:
#     tokens:
#       path: tokens
#       message: "{before}, from which {after} is restored, is no item of tokens"
#     approved:
#       path: approved
#       message: "nobody approved that {before} is turned back into {after}"
#     key:
#       path: keyed
#       message: "no key is named by which {before} is turned back into {after}"
#   avoid: |
#     unmask: {produces: [{data: submission, from: [deid-report], how: reverse, reverses: true}]}
#   prefer: |
#     unmask: {produces: [{data: submission, from: [deid-report], how: reverse, reverses: true, key: token-key,
#       approved_by: privacy-officer}]}
#   rationale: |
#     Re-identification undoes the protection that everything else relied on. It is lawful for few, so that somebody
#     allows it by name, and a key decides who can do it.
package limen.rules.classification.reversal

applicable := input.action == "reverse"

checks["tokens"] := {"holds": input.tokens, "before": input.before.text, "after": input.after.text}

checks["approved"] := {"holds": input.approved, "before": input.before.text, "after": input.after.text}

checks["key"] := {"holds": input.keyed, "before": input.before.text, "after": input.after.text}
