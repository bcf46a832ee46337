# METADATA
# title: "Every entry is probed"
# description: >-
#   The section probes asks a tls probe of a flow into each component through which something comes in from outside.
# schemas: [{input: schema.component}]
# custom:
#   id: operations.entry_probed
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add {probe: tls, flow: NAME, endpoint: …, every: P1D} for a flow that ends there."
#   not_applicable: "nothing comes in from outside here"
#   checks:
#     probe:
#       path: probes
#       message: "no tls probe is asked of this entry or of a flow that ends in it"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443", every: P1D}]
#   rationale: |
#     Entries face whoever wants in, and their configuration changes with every certificate. What is offered there is
#     seen from outside or not at all.
package limen.rules.operations.entry_probed

import data.limen.lib.sets

applicable := input.entry

checks["probe"] := {"holds": count(sets.shared(["tls"], input.probes)) > 0}
