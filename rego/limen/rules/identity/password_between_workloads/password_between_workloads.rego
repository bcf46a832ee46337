# METADATA
# title: No password stands between workloads
# description: "A flow authenticates by a key or a short-lived token, never by a shared password."
# schemas: [{input: schema.flow}]
# custom:
#   id: identity.password_between_workloads
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-5", "nist-800-53r5:IA-5(2)", "45cfr164:164.312(d)",
#     "nist-800-207:tenet-6", "pci-dss-4.0.1:8.3.2", "iso-27001-2022:5.17", "iso-27001-2022:8.5"]
#   remediation: "Replace the password with mutual TLS, a SPIFFE identity or signed requests."
#   not_applicable: "never: every flow is judged"
#   checks:
#     method:
#       path: authn.method
#       message: "the caller shows a {actual}, which both ends know and either can lose"
#   avoid: |
#     authn: {method: password}
#   prefer: |
#     authn: {method: spiffe, credential: {lifetime: PT1H}}
#   rationale: |
#     A password is the same secret at both ends, is sent with each call, and ends up in configuration, history and
#     tickets. Nobody can tell which workload used it. A key never leaves its holder, so that its use names one.
package limen.rules.identity.password_between_workloads

applicable := true

checks["method"] := {"holds": input.authn.method != "password", "actual": input.authn.method}
