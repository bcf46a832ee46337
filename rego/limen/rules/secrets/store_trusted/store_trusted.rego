# METADATA
# title: "Secrets come from a trusted place that is asked for them"
# description: "The secret store lies in a zone of at least the profile's trust, and a flow asks it."
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.store_trusted
#   subject: system
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:SC-12"]
#   remediation: "Name the store's component, and the flows that ask it for secrets."
#   parameters:
#     custody_trust: {type: integer, stricter: higher}
#   not_applicable: "no secret store is named"
#   checks:
#     trust:
#       path: secrets.store_trust
#       needs: [secrets.store_trust]
#       message: "the store's zone has trust {actual}; the profile requires {required}"
#     called:
#       path: secrets.store_called
#       message: "no flow asks the store"
#   avoid: |
#     secrets: {store: portal}
#   prefer: |
#     secrets: {store: vault}
#   rationale: |
#     Whoever holds the secrets holds what they open. The place must be among the most trusted, and if nothing asks
#     it, the secrets come from somewhere else.
package limen.rules.secrets.store_trusted

import data.limen.parameters

applicable := input.secrets.store

checks["trust"] := {
	"holds": input.secrets.store_trust >= parameters.custody_trust,
	"actual": input.secrets.store_trust,
	"required": parameters.custody_trust,
}

checks["called"] := {"holds": input.secrets.store_called}
