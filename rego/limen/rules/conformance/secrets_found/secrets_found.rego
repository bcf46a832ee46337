# METADATA
# title: "No secret lies in a repository"
# description: "Every secret that was found is excused by the allow-list or, if the profile lets it, the baseline."
# schemas: [{input: schema.secrets_observation}]
# custom:
#   id: conformance.secrets_found
#   subject: secrets_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:IA-5(7)", "nist-800-53r5:SC-12", "pci-dss-4.0.1:8.6.2"]
#   remediation: "Revoke the secret first, since every copy of the history has it; then take it out of the files."
#   parameters:
#     secret_excuses: {type: strings, stricter: fewer}
#   not_applicable: "it is the search as a whole, not a secret"
#   checks:
#     excused:
#       path: secret.excuse
#       needs: [secret.excuse, secret.rule, secret.place]
#       message: "a secret of {provider} lies in the {place}; it was found as {rule}"
#   avoid: |
#     client = Client(api_key="...")                 # the key itself
#   prefer: |
#     client = Client(api_key=vault.read("partner/api-key"))
#   rationale: |
#     A repository is copied to every desk, every runner and every backup, and nothing that was once in its history
#     can be called back. A secret in it is known to more people than anybody can name.
package limen.rules.conformance.secrets_found

import data.limen.parameters

applicable := input.what == "secret"

checks["excused"] := {
	"holds": input.secret.excuse in parameters.secret_excuses,
	"actual": input.secret.excuse,
	"rule": input.secret.rule,
	"provider": input.secret.provider,
	"place": input.secret.place,
}
