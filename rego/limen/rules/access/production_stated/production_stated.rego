# METADATA
# title: "Who makes one item from others says how, with which key and on whose word"
# description: >-
#   Every product states its transformation; all but derived and redacted ones name a key, and all but derived ones
#   an approver.
# schemas: [{input: schema.transformation}]
# custom:
#   id: access.production_stated
#   subject: transformation
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:SC-12", "nist-800-53r5:PL-8", "21cfr11:11.10(a)"]
#   remediation: "Declare how, key and approved_by on the product."
#   not_applicable: "nothing is made here: an envelope or a channel begins or ends"
#   checks:
#     stated:
#       path: how
#       needs: [how]
#       message: "{actual} is none of the ways to make one item from others"
#     keyed:
#       path: key
#       needs: [how]
#       message: "the product is made by {how} without a key"
#     approved:
#       path: approved_by
#       needs: [how]
#       message: "nobody approved that a product is made by {how}"
#   avoid: |
#     produces:
#       - {data: submission, from: [report], how: sign}
#   prefer: |
#     produces:
#       - {data: submission, from: [report], how: sign, key: submission-key, approved_by: regulatory-affairs}
#   rationale: |
#     A signature without a key and a token without a secret can be made by anyone. What is made from a record
#     inherits its secrets, so that somebody has to have said that it may be.
package limen.rules.access.production_stated

import data.limen.lib.logic

applicable := input.action in {"produce", "reverse"}

checks["stated"] := {
	"holds": input.how in {"tokenise", "redact", "aggregate", "encrypt", "derive", "sign", "reverse"},
	"actual": input.how,
}

checks["keyed"] := {"holds": logic.either(input.keyed, input.how in {"derive", "redact"}), "how": input.how}

checks["approved"] := {"holds": logic.either(input.approved, input.how == "derive"), "how": input.how}
