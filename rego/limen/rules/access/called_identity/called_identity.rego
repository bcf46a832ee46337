# METADATA
# title: "What is called or passed through has an identity too"
# description: >-
#   A component that flows reach or pass through declares a workload identity, even where it opens none itself.
# schemas: [{input: schema.component}]
# custom:
#   id: access.called_identity
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-9", "nist-800-207:tenet-6", "iso-27001-2022:5.16"]
#   remediation: >-
#     Declare identity, such as a SPIFFE id, and issue the credential that the component answers with from there.
#   not_applicable: "no flow reaches or passes through the component"
#   checks:
#     identity:
#       path: identity
#       message: >-
#         no identity is declared although {actual} {actual:flow starts, ends or passes|flows start, end or pass} here
#   avoid: |
#     clinical-db: {zone: data, kind: datastore}
#   prefer: |
#     clinical-db: {zone: data, kind: datastore, identity: "spiffe://rx/clinical-db"}
#   rationale: |
#     Mutual authentication has two ends. A caller that can not tell whom it reached sends its records to whoever
#     answers.
package limen.rules.access.called_identity

applicable := input.flows > 0

checks["identity"] := {"holds": input.identity, "actual": input.flows}
