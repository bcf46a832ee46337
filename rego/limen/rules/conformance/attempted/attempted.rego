# METADATA
# title: Every probe that is asked for ran to its end
# description: >-
#   The last attempt at each entry of probes completed; anything else is not assessed, and the reason stands beside it.
# schemas: [{input: schema.probe}]
# custom:
#   id: conformance.attempted
#   subject: probe
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:CA-7", "nist-800-207:tenet-5"]
#   remediation: "Mend what the attempt's reason names, and run limen probe again."
#   not_applicable: "every probe that is asked for is to be run"
#   checks:
#     completed:
#       path: attempt
#       needs: [age]
#       message: "the last attempt of the probe {probe} did not complete: {actual}"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and the host is unknown
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and last night it answered
#   rationale: |
#     An attempt that ended in an error saw nothing, whatever an older one saw. What a probe was asked and did not
#     answer is unknown, and a report that leaves it out looks like proof.
package limen.rules.conformance.attempted

applicable := true

# Without an attempt that completed there is no age: what was not seen is not assessed, and gates.
checks["completed"] := {"holds": input.attempt == "completed", "probe": input.probe, "actual": input.attempt}
