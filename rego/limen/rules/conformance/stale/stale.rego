# METADATA
# title: Observations are recent enough
# description: "An observation is no older than the profile allows for its claim, and not of a time to come."
# schemas: [{input: schema.claim}]
# custom:
#   id: conformance.stale
#   subject: claim
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:CA-7", "eu-annex-11:11", "45cfr164:164.308(a)(8)",
#     "nist-800-207:tenet-5", "iso-27001-2022:8.9"]
#   remediation: "Run the probe again, and schedule it."
#   parameters:
#     claim_ages: {type: duration_table, stricter: lower}
#     observation_age: {type: duration, stricter: lower}
#   not_applicable: nothing was observed of the claim
#   checks:
#     recent:
#       path: observed
#       needs: [age]
#       message: "{claim} was observed {actual} ago; the profile allows {required}"
#     past:
#       path: age
#       needs: [age]
#       message: "{claim} is said to be observed at a time that is still to come"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # last run a year ago
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # run every night
#   rationale: |
#     What was true at the last audit need not be true today: certificates are renewed, configurations drift, grants
#     accumulate. An observation speaks for its day.
package limen.rules.conformance.stale

import data.limen.parameters

applicable := input.seen

checks["recent"] := {
	"holds": input.age <= allowed,
	"actual": input.age,
	"required": allowed,
	"claim": input.claim,
} if {
	allowed := object.get(parameters.claim_ages, input.claim, parameters.observation_age)
}

# A clock that is ahead, or a forged time, would keep an observation fresh for ever.
checks["past"] := {"holds": input.age >= 0, "claim": input.claim}
