# METADATA
# title: "A probe is asked of something that it can test"
# description: >-
#   Each entry of probes names what its probe tests: a flow for tls, a key for kms, a ledger, a component.
# schemas: [{input: schema.probe}]
# custom:
#   id: operations.probe_target
#   subject: probe
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Name flow, component, key or ledger as the probe needs it; one entry, one target."
#   not_applicable: "every probe names a target or the system"
#   checks:
#     target:
#       path: probe
#       message: "the probe {probe} can't test what is named: {actual}"
#   avoid: |
#     probes: [{probe: tls, endpoint: "gateway.example:443"}]
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     An observation proves a claim only of the thing that it was made of. A probe without its target runs, is green,
#     and proves nothing.
package limen.rules.operations.probe_target

applicable := true

checks["target"] := {"holds": input.fits, "probe": input.probe, "actual": input.target}
