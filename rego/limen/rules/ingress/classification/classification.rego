# METADATA
# title: What enters is classified
# description: "Where data enters from a zone of trust 0 or from a tenant, each item gets its label."
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.classification
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:RA-2", "eu-annex-11:5", "iso-27001-2022:5.13"]
#   remediation: List the items under ingress.classifies of the component where they enter.
#   not_applicable: no flow brings data here from outside
#   checks:
#     classified:
#       path: ingress.classifies
#       message: "{actual} {actual:item enters|items enter} here unclassified"
#   avoid: |
#     gateway: {ingress: {validates: [submission]}}
#   prefer: |
#     gateway: {ingress: {validates: [submission], classifies: [submission]}}
#   rationale: |
#     Controls inside decide by label. What comes in from partners has none, or one that can't be believed, so the
#     first component of ours decides it.
package limen.rules.ingress.classification

applicable := input.entry

checks["classified"] := {"holds": input.ingress.unclassified == 0, "actual": input.ingress.unclassified}
