# METADATA
# title: "One workload, one identity"
# description: No other component has the same workload identity.
# schemas: [{input: schema.component}]
# custom:
#   id: identity.shared_identity
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:IA-3", "nist-800-53r5:IA-4", "45cfr164:164.312(a)(2)(i)",
#     "nist-800-207:5.7", "nist-800-207:tenet-6", "pci-dss-4.0.1:8.2.2", "iso-27001-2022:5.16"]
#   remediation: "Issue a separate identity to each component, and grant each only what it needs."
#   not_applicable: the component has no identity of its own
#   checks:
#     unique:
#       path: identity
#       message: "{actual} other {actual:component has|components have} the same identity"
#   avoid: |
#     api: {zone: processing, kind: service, identity: "spiffe://rx/app"}
#     batch: {zone: processing, kind: service, identity: "spiffe://rx/app"}
#   prefer: |
#     api: {zone: processing, kind: service, identity: "spiffe://rx/api"}
#     batch: {zone: processing, kind: service, identity: "spiffe://rx/batch"}
#   rationale: |
#     Two workloads behind one name have the sum of each other's rights, and the audit trail can't tell them apart.
#     When one is taken over, the other must be stopped too.
package limen.rules.identity.shared_identity

applicable := input.identity

checks["unique"] := {"holds": input.same_identity == 0, "actual": input.same_identity}
