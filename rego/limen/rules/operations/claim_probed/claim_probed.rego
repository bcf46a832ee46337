# METADATA
# title: "Every claim that must be observed has a probe"
# description: >-
#   The section probes asks a probe that can see it of each claim for which a profile wants an observation.
# schemas: [{input: schema.claim}]
# custom:
#   id: operations.claim_probed
#   subject: claim
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add an entry to probes that names the flow, component, key or ledger of the claim, and where to ask."
#   parameters:
#     claim_ages: {type: duration_table, stricter: lower}
#   not_applicable: "no profile wants the claim observed, or no probe can see it"
#   checks:
#     probe:
#       path: requested
#       message: "{claim} must be observed, and no probe that sees it is asked for; the probe {probe} would"
#   avoid: |
#     flows: [{id: site-upload, in_transit: {tls: {min: "1.3"}}}]
#     probes: []
#   prefer: |
#     flows: [{id: site-upload, in_transit: {tls: {min: "1.3"}}}]
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443", every: P1D}]
#   rationale: |
#     What a profile wants observed and nobody asks for stays unobserved for ever. The design review is the time to see
#     it: a probe that was forgotten, or one that asks the neighbour, leaves a promise that reality never tests.
package limen.rules.operations.claim_probed

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.observable, input.claim in object.keys(parameters.claim_ages))

checks["probe"] := {"holds": input.requested, "claim": input.claim, "probe": input.probe}
