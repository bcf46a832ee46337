# METADATA
# title: "What is validated at entry is classified there, and the other way round"
# description: "A component classifies exactly the items that it validates."
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.checked_whole
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-10", "nist-800-53r5:AC-16", "iso-27001-2022:5.13"]
#   remediation: >-
#     List the item under both classifies and validates, and check it against its schema before it gets its label.
#   not_applicable: "every component is judged"
#   checks:
#     both:
#       path: ingress
#       message: "{actual} {actual:item is|items are} classified and not validated, or the other way round"
#   avoid: |
#     gateway: {ingress: {classifies: [record], validates: [record, receipt]}}
#   prefer: |
#     gateway: {ingress: {classifies: [record, receipt], validates: [record, receipt]}}
#   rationale: |
#     A label on a message that nobody checked is a guess, and a message that was checked and got no label is treated
#     as whatever comes next.
package limen.rules.ingress.checked_whole

applicable := true

checks["both"] := {"holds": input.use.checked_apart == 0, "actual": input.use.checked_apart}
