# METADATA
# title: What enters is validated
# description: "Where data enters from a zone of trust 0 or from a tenant, each item is checked against a schema."
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.validation
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4(4)", "nist-800-53r5:SC-7", "nist-800-53r5:SI-10", "21cfr11:11.10(a)",
#     "eu-annex-11:5"]
#   remediation: "List the items under ingress.validates of the component where they enter, and refuse what does not
#     fit."
#   not_applicable: no flow brings data here from outside
#   checks:
#     validated:
#       path: ingress.validates
#       message: "{actual} {actual:item enters|items enter} here unvalidated"
#   avoid: |
#     gateway: {zone: ingress, kind: gateway}
#   prefer: |
#     gateway: {zone: ingress, kind: gateway, ingress: {validates: [submission], classifies: [submission],
#       quarantine: dead-letter}}
#   rationale: |
#     Everything behind the threshold trusts what came over it. A schema at the door stops what would otherwise be
#     parsed, stored and executed by programs that never expected it.
package limen.rules.ingress.validation

applicable := input.entry

checks["validated"] := {"holds": input.ingress.unvalidated == 0, "actual": input.ingress.unvalidated}
