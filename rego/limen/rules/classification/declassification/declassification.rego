# METADATA
# title: "Labels are lowered only by named, approved declassifiers"
# description: "A product with a label that is not above its sources is tokenised, redacted or aggregated, was
#   approved, and names its key where tokens are made."
# schemas: [{input: schema.transformation}]
# custom:
#   id: classification.declassification
#   subject: transformation
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "nist-800-53r5:SI-19", "45cfr164:164.502(b)",
#     "45cfr164:164.514(a)", "iso-27001-2022:8.11"]
#   remediation: "Declare how as tokenise, redact or aggregate, name the key of tokens, and have the owner of the data
#     approve it under approved_by."
#   not_applicable: no label is lowered
#   checks:
#     how:
#       path: how
#       message: "{before} becomes {after} by nothing that may lower a label"
#     approved:
#       path: approved_by
#       message: "nobody approved that {before} becomes {after}"
#     key:
#       path: key
#       needs: [how]
#       message: "tokens are made without a key, so that anyone can make them"
#   avoid: |
#     deid: {produces: [{data: deid-report, from: [submission], how: derive}]}
#   prefer: |
#     deid: {produces: [{data: deid-report, from: [submission], how: tokenise, key: token-key,
#       approved_by: privacy-officer}]}
#   rationale: |
#     Information does not become harmless by being copied into another item. Lowering a label is a decision about
#     people's data, so it needs a method that removes what identifies, and somebody who answers for it.
package limen.rules.classification.declassification

import data.limen.lib.logic

# Turning tokens back restores an item whose label is declared: classification.reversal judges that.
applicable := logic.both(input.lowers, logic.either(input.action != "reverse", input.tokens == false))

checks["how"] := {
	"holds": input.declassifies,
	"before": input.before.text,
	"after": input.after.text,
}

checks["approved"] := {
	"holds": input.approved,
	"before": input.before.text,
	"after": input.after.text,
}

checks["key"] := {"holds": logic.either(input.how != "tokenise", input.keyed)}
