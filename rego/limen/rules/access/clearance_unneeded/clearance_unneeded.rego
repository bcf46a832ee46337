# METADATA
# title: "A component's own clearance is no higher than what it reads"
# description: >-
#   A clearance that a component declares for itself does not go beyond the labels of what can be in plaintext
#   there.
# schemas: [{input: schema.component}]
# custom:
#   id: access.clearance_unneeded
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-207:tenet-3", "iso-27001-2022:8.2",
#     "nist-800-53r5:AC-4", "45cfr164:164.502(b)"]
#   remediation: "Lower the component's clearance to the labels of the items that it opens, or remove it."
#   not_applicable: "every component is judged; one without a clearance of its own passes"
#   checks:
#     needed:
#       path: clearance
#       message: "the clearance goes beyond {held}, which is all that can be in plaintext here"
#   avoid: |
#     sponsor: {clearance: {level: confidential, compartments: [regulatory, phi], basis: Sponsor agreement}}
#   prefer: |
#     sponsor: {clearance: {level: confidential, compartments: [regulatory], basis: Sponsor agreement}}
#   rationale: |
#     A clearance is the permission to be sent more. What is not needed today lets tomorrow's mistake pass without a
#     finding.
package limen.rules.access.clearance_unneeded

applicable := true

checks["needed"] := {"holds": input.use.clearance_beyond == false, "held": input.effective_label.text}
