# METADATA
# title: The key's algorithm is allowed on the day of the law
# description: "The algorithm that the custodian shows is in the profile's table, and its last day has not passed."
# schemas: [{input: schema.kms_observation}]
# custom:
#   id: conformance.kms_algorithm
#   subject: kms_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-13", "nist-800-53r5:CA-7", "nist-800-57pt1r5:5.6", "pci-dss-4.0.1:3.7.1"]
#   remediation: "Make a key of an algorithm that the profile allows, and seal the data anew with it."
#   parameters:
#     algorithm_last_day: {type: date_table, stricter: lower}
#   not_applicable: the custodian knows no such key
#   checks:
#     allowed:
#       path: algorithm
#       needs: [algorithm]
#       message: "{actual} is not allowed any more: last day {required}, 0 where the profile never allowed it"
#   avoid: |
#     # the custodian shows RSA-1024
#     keys:
#       partner-key: {algorithm: RSA-3072}
#   prefer: |
#     # the custodian shows RSA-3072
#     keys:
#       partner-key: {algorithm: RSA-3072}
#   rationale: |
#     What is declared is what was planned. Keys are older than plans, and what protects the data is what the
#     custodian holds.
package limen.rules.conformance.kms_algorithm

import data.limen.context
import data.limen.lib.dates
import data.limen.parameters

applicable := input.exists

checks["allowed"] := {
	"holds": dates.allowed_on(parameters.algorithm_last_day, input.algorithm, context.as_of),
	"actual": input.algorithm,
	"required": object.get(parameters.algorithm_last_day, input.algorithm, 0),
}
