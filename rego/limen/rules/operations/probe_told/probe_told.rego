# METADATA
# title: "A probe is told what it needs to see"
# description: >-
#   Each entry of probes gives the options without which its probe can't see what is claimed there.
# schemas: [{input: schema.probe}]
# custom:
#   id: operations.probe_told
#   subject: probe
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Give the options: canaries or a driver to leak, anchors and keys to ledger, tenant_setting to
#     tenancy."
#   not_applicable: "every probe that is asked for is to see something"
#   checks:
#     options:
#       path: untold
#       message: "the probe {probe} lacks options without which it can't see what is claimed: {missing}"
#   avoid: |
#     probes: [{probe: leak, component: gateway, endpoint: "file:///var/log/gateway"}]
#   prefer: |
#     probes:
#       - {probe: leak, component: gateway, endpoint: "file:///var/log/gateway", options: {canaries: canaries.json}}
#   rationale: |
#     A ledger without anchors hides a tail that was cut, an HMAC without its key proves nothing, and who looks for no
#     canaries finds none. Such a probe completes, and its claim stays open.
package limen.rules.operations.probe_told

applicable := true

checks["options"] := {"holds": count(input.untold) == 0, "probe": input.probe, "missing": input.untold}
