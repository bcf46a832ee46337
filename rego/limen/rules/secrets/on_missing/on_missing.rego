# METADATA
# title: No component starts without its secret
# description: A component whose secret is missing refuses to start.
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.on_missing
#   subject: system
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:IA-5", "nist-800-53r5:SC-24"]
#   remediation: "Set secrets.on_missing to refuse-to-start, and take default values out of the code."
#   not_applicable: "never: the system is always judged"
#   checks:
#     refused:
#       path: secrets.on_missing
#       message: "without its secret, what a component does is: {actual}"
#   avoid: |
#     secrets: {store: vault, on_missing: default}
#   prefer: |
#     secrets: {store: vault, on_missing: refuse-to-start}
#   rationale: |
#     A default secret is a public one, and a component that runs without authenticates nobody. Both look like a
#     healthy service, so that the failure is found by whoever should not.
package limen.rules.secrets.on_missing

applicable := true

checks["refused"] := {"holds": input.secrets.on_missing == "refuse-to-start", "actual": input.secrets.on_missing}
