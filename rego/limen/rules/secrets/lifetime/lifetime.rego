# METADATA
# title: Secrets are short-lived
# description: A secret is good for no longer than the profile allows.
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.lifetime
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IA-5", "nist-800-53r5:SC-12", "21cfr11:11.300", "pci-dss-4.0.1:8.6.3"]
#   remediation: Shorten secrets.lifetime and let the store renew secrets by itself.
#   parameters:
#     secret_lifetime: {type: duration, stricter: lower}
#   not_applicable: "never: the system is always judged"
#   checks:
#     bounded:
#       path: secrets.lifetime
#       needs: [secrets.lifetime]
#       message: "a secret is good for {actual}; the profile requires {required} at most"
#   avoid: |
#     secrets: {store: vault, lifetime: P365D}
#   prefer: |
#     secrets: {store: vault, lifetime: PT12H}
#   rationale: |
#     A secret that leaked is used until it ends. What ends by itself within a day needs no one to notice.
package limen.rules.secrets.lifetime

import data.limen.parameters

applicable := true

checks["bounded"] := {
	"holds": input.secrets.lifetime <= parameters.secret_lifetime,
	"actual": input.secrets.lifetime,
	"required": parameters.secret_lifetime,
}
