# METADATA
# title: "A key is of the profile's environments"
# description: >-
#   A key in use belongs to one of the environments whose keys the profile lets protect regulated data.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.environment
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-12", "nist-800-57pt1r5:5.2"]
#   remediation: "Make a key in the production custodian, move what the other one sealed, and revoke that."
#   parameters:
#     key_environments: {type: strings, stricter: fewer}
#   not_applicable: "nothing in the declaration uses the key"
#   checks:
#     environment:
#       path: environment
#       needs: [environment]
#       message: "the key is of {actual}; the profile allows {required}"
#   avoid: |
#     keys:
#       phi-key: {provider: vault, id: encrypt/phi, environment: test}
#   prefer: |
#     keys:
#       phi-key: {provider: vault, id: encrypt/phi, environment: production}
#   rationale: |
#     Keys of test and development systems are in the hands of everybody who builds; what they seal is as open as a
#     laptop. A system whose every key says test is either no system for patients' data, or it is badly declared.
package limen.rules.keys.environment

import data.limen.parameters

applicable := count(input.uses) > 0

checks["environment"] := {
	"holds": input.environment in parameters.key_environments,
	"actual": input.environment,
	"required": parameters.key_environments,
}
