# METADATA
# title: Credentials are short-lived
# description: The credential that a caller shows is good for no longer than the profile allows.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.credential_lifetime
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-2(3)", "nist-800-53r5:IA-5", "21cfr11:11.300", "nist-800-207:5.3",
#     "nist-800-207:tenet-3", "pci-dss-4.0.1:8.6.3"]
#   remediation: Shorten authn.credential.lifetime and renew credentials automatically.
#   parameters:
#     credential_lifetime: {type: duration, stricter: lower}
#   not_applicable: the caller shows no credential
#   checks:
#     lifetime:
#       path: authn.credential.lifetime
#       needs: [authn.credential_lifetime]
#       message: "a credential is good for {actual}; the profile requires {required} at most"
#   avoid: |
#     authn: {method: oidc, credential: {lifetime: P365D}}
#   prefer: |
#     authn: {method: oidc, credential: {lifetime: PT1H}}
#   rationale: |
#     A stolen credential is good until it ends. Hours bound the damage without anybody noticing the theft; a year
#     does not.
package limen.rules.access.credential_lifetime

import data.limen.parameters

applicable := anonymous == false

checks["lifetime"] := {
	"holds": input.authn.credential_lifetime <= parameters.credential_lifetime,
	"actual": input.authn.credential_lifetime,
	"required": parameters.credential_lifetime,
}

anonymous := input.authn.method in {"none", "undeclared"}
