# METADATA
# title: "A key of the profile's custodies is wrapped by another"
# description: >-
#   A key in use that lies in one of the custodies that the profile names is itself sealed by a key of `keys`.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.wrapped
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-57pt1r5:5.2"]
#   remediation: "Declare wrapped_by with the root key under which the custodian keeps this one."
#   parameters:
#     wrapped_custodies: {type: strings, stricter: more}
#   not_applicable: "nothing in the declaration uses the key"
#   checks:
#     wrapped:
#       path: wrapped_by
#       needs: [custody]
#       message: "its custody is {actual} and no key wraps it; the profile asks that of {required}"
#   avoid: |
#     keys:
#       phi-key: {custody: kms, provider: vault, id: encrypt/phi}
#   prefer: |
#     keys:
#       phi-key: {custody: kms, provider: vault, id: encrypt/phi, wrapped_by: trial-root}
#   rationale: |
#     A key management service keeps thousands of keys on disk; what keeps that disk from telling them is a root key
#     in a module. Which root it is says what falls with it, and what must be rotated when it does.
package limen.rules.keys.wrapped

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := count(input.uses) > 0

checks["wrapped"] := {
	"holds": logic.either(input.wrapped, count(sets.shared([input.custody], parameters.wrapped_custodies)) == 0),
	"actual": input.custody,
	"required": parameters.wrapped_custodies,
}
