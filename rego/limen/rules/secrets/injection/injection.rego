# METADATA
# title: Secrets are neither literals nor files nor parts of an image
# description: Secrets reach components in a way that the profile allows.
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.injection
#   subject: system
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:IA-5(6)", "nist-800-53r5:IA-5(7)", "nist-800-53r5:SC-28",
#     "21cfr11:11.300", "pci-dss-4.0.1:8.6.2", "iso-27001-2022:5.17"]
#   remediation: "Inject secrets at start from the store, into memory or the environment, and rotate those that were
#     literals."
#   parameters:
#     injection_allowed: {type: strings, stricter: fewer}
#   not_applicable: "never: the system is always judged"
#   checks:
#     way:
#       path: secrets.injected_as
#       message: "secrets arrive as: {actual}; the profile allows {required}"
#   avoid: |
#     secrets: {store: vault, injected_as: image}
#   prefer: |
#     secrets: {store: vault, injected_as: memory}
#   rationale: |
#     A literal is in every clone of the repository, an image in every registry, a file in every backup. Rotating them
#     means finding all copies, so nobody does.
package limen.rules.secrets.injection

import data.limen.parameters

applicable := true

checks["way"] := {
	"holds": input.secrets.injected_as in parameters.injection_allowed,
	"actual": input.secrets.injected_as,
	"required": parameters.injection_allowed,
}
