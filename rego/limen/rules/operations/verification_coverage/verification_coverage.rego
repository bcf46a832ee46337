# METADATA
# title: "Ledgers, tenancy and retention are verified"
# description: The scheduled verification covers everything that the profile lists.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.verification_coverage
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-6", "nist-800-53r5:CA-2", "nist-800-53r5:CA-7", "nist-800-53r5:SI-6",
#     "eu-annex-11:11", "45cfr164:164.308(a)(1)(ii)(D)"]
#   remediation: "List under verification.of what is missing, and verify it."
#   parameters:
#     verification_of: {type: strings, stricter: more}
#   not_applicable: "never: the system is always judged"
#   checks:
#     covered:
#       path: verification.of
#       message: "not verified on a schedule: {actual}"
#   avoid: |
#     verification: {schedule: P1D, of: [ledgers]}
#   prefer: |
#     verification: {schedule: P1D, of: [ledgers, tenancy, retention]}
#   rationale: |
#     Each of these fails in silence: a chain that nobody walks, a tenant predicate that nobody tries, a record that
#     nobody asks for until the day that it is needed.
package limen.rules.operations.verification_coverage

import data.limen.lib.sets
import data.limen.parameters

applicable := true

checks["covered"] := {"holds": count(lacking) == 0, "actual": lacking, "required": parameters.verification_of} if {
	lacking := sets.missing(parameters.verification_of, input.verification.of)
}
