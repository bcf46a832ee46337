# METADATA
# title: Secrets come from a secret store
# description: The system names the component that keeps its secrets.
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.store
#   subject: system
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:IA-5(6)", "nist-800-53r5:SC-12", "45cfr164:164.312(a)(1)",
#     "pci-dss-4.0.1:8.3.2", "iso-27001-2022:5.17"]
#   remediation: Name the secret store under secrets.store.
#   not_applicable: "never: the system is always judged"
#   checks:
#     named:
#       path: secrets.store
#       message: "no secret store is named; a section for secrets is there: {actual}"
#   avoid: |
#     secrets: {injected_as: environment}
#   prefer: |
#     secrets: {store: vault, injected_as: memory, on_missing: refuse-to-start, lifetime: PT12H}
#   rationale: |
#     A secret without a store lies wherever somebody put it. It can't be rotated, revoked or counted, and nobody
#     knows who has read it.
package limen.rules.secrets.store

applicable := true

checks["named"] := {"holds": input.secrets.store, "actual": input.secrets.declared}
