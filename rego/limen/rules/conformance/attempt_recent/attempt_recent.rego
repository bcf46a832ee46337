# METADATA
# title: No turn of a probe was missed
# description: >-
#   The last attempt at each entry of probes is recent enough for the profile, no turn was missed since, and it is not
#   of a time to come.
# schemas: [{input: schema.probe}]
# custom:
#   id: conformance.attempt_recent
#   subject: probe
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CA-2", "nist-800-53r5:CA-7", "eu-annex-11:11", "nist-800-207:tenet-5"]
#   remediation: "Run limen probe again, and schedule it as often as `every` says."
#   parameters:
#     observation_age: {type: duration, stricter: lower}
#   not_applicable: "the last attempt did not complete, which is not assessed already"
#   checks:
#     recent:
#       path: age
#       needs: [age]
#       message: "the last attempt of the probe {probe} is {actual} old; the profile allows {required}"
#     turns:
#       path: missed
#       needs: [missed]
#       message: "the probe {probe} missed {actual} {actual:turn|turns} since its last attempt"
#     past:
#       path: attempt
#       needs: [age]
#       message: "the last attempt of the probe {probe} is said to be of a time that is still to come"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443", every: P1D}]     # last run in spring
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443", every: P1D}]     # last run last night
#   rationale: |
#     An attempt that is older than two intervals shows that the schedule is a promise and no practice: one turn may be
#     under way, two are not.
package limen.rules.conformance.attempt_recent

import data.limen.parameters

applicable := input.attempt == "completed"

checks["recent"] := {
	"holds": input.age <= parameters.observation_age,
	"probe": input.probe,
	"actual": input.age,
	"required": parameters.observation_age,
}

checks["turns"] := {"holds": input.missed == 0, "probe": input.probe, "actual": input.missed}

# A clock that is ahead, or a forged time, would keep an attempt fresh for ever.
checks["past"] := {"holds": input.age >= 0, "probe": input.probe}
