# METADATA
# title: What must be observed was observed
# description: A claim that a profile or the section probes asks for, and that a probe can see, has an observation.
# schemas: [{input: schema.claim}]
# custom:
#   id: conformance.unobserved
#   subject: claim
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:CA-7", "nist-800-207:tenet-5"]
#   remediation: Run the probe for this target; list it under probes where it is missing.
#   parameters:
#     claim_ages: {type: duration_table, stricter: lower}
#   not_applicable: neither a profile nor the section probes asks for the claim, or no probe can see it
#   checks:
#     observed:
#       path: observed
#       needs: [age]
#       message: "{claim} was not observed"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and nobody runs it
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # run every night
#   rationale: |
#     A probe that did not run proves nothing, and a report that leaves it out looks like proof. What was asked for
#     and not answered stays open.
package limen.rules.conformance.unobserved

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.either(input.requested, logic.both(input.observable, demanded))

demanded := input.claim in object.keys(parameters.claim_ages)

# Without an observation the age is absent, and what was not tried is not assessed: it gates, and it is no finding.
checks["observed"] := {"holds": input.seen, "actual": input.age, "claim": input.claim}
