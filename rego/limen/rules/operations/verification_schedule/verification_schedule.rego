# METADATA
# title: "Verification runs by itself, often enough"
# description: "Verification of what the system claims is scheduled, at least as often as the profile demands."
# schemas: [{input: schema.system}]
# custom:
#   id: operations.verification_schedule
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:SI-6", "21cfr11:11.10(a)", "eu-annex-11:11",
#     "45cfr164:164.308(a)(1)(ii)(D)", "45cfr164:164.308(a)(8)", "21cfr1311:1311.150", "nist-800-207:tenet-5",
#     "pci-dss-4.0.1:10.4.1"]
#   remediation: Declare verification.schedule and run it from a scheduler that alerts when a run is missing.
#   parameters:
#     verification_interval: {type: duration, stricter: lower}
#   not_applicable: "never: the system is always judged"
#   checks:
#     declared:
#       path: verification
#       message: "no verification is declared"
#     often:
#       path: verification.schedule
#       needs: [verification.schedule]
#       message: "verification runs every {actual}; the profile requires {required} at most"
#   avoid: |
#     verification: {schedule: P90D, of: [ledgers]}
#   prefer: |
#     verification: {schedule: P1D, of: [ledgers, tenancy, retention]}
#   rationale: |
#     Chains break, predicates get lost in a migration, life-cycle rules delete early. What is verified only when an
#     auditor comes has been wrong since the last one.
package limen.rules.operations.verification_schedule

import data.limen.parameters

applicable := true

checks["declared"] := {"holds": input.verification.declared}

checks["often"] := {
	"holds": input.verification.schedule <= parameters.verification_interval,
	"actual": input.verification.schedule,
	"required": parameters.verification_interval,
}
