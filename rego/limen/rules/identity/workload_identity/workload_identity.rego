# METADATA
# title: What opens flows has an identity of its own
# description: A component that opens flows declares a workload identity.
# schemas: [{input: schema.component}]
# custom:
#   id: identity.workload_identity
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-5", "nist-800-53r5:IA-9", "21cfr11:11.10(h)",
#     "45cfr164:164.312(a)(2)(i)", "45cfr164:164.312(d)", "nist-800-207:5.7", "nist-800-207:tenet-6",
#     "pci-dss-4.0.1:7.2.5", "iso-27001-2022:5.16"]
#   remediation: "Declare identity, such as a SPIFFE id, for the component and issue its credential from there."
#   not_applicable: the component opens no flow
#   checks:
#     identity:
#       path: identity
#       message: "no identity is declared although {actual} {actual:flow starts|flows start} here"
#   avoid: |
#     automation: {zone: processing, kind: service}
#   prefer: |
#     automation: {zone: processing, kind: service, identity: "spiffe://rx/automation"}
#   rationale: |
#     Authentication proves a name, so there must be one. Without it, what is proved is that the caller holds some
#     certificate, and authorisation falls back on where it runs.
package limen.rules.identity.workload_identity

applicable := input.opens_flows > 0

checks["identity"] := {"holds": input.identity, "actual": input.opens_flows}
