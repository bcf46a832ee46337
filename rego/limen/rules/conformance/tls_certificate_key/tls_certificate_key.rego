# METADATA
# title: The keys of the chain are strong enough
# description: >-
#   No key of the chain, the authority's included, has less bits of security than the profile says; nor may it be of
#   a kind that nobody can judge.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_key
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-13", "nist-800-52r2:3.2", "nist-800-57pt1r5:5.6",
#     "nist-800-131ar2:3", "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Make a new key of RSA-2048, ECDSA-P-256 or stronger, and have it certified.
#   parameters:
#     security_strength: {type: integer, stricter: higher}
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     strength:
#       path: certificate.key_strength
#       needs: [certificate.key_strength]
#       message: "the weakest key of the chain has {actual} bits of security (the endpoint's own is {key}); the
#         profile requires {required}"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and its key is RSA-1024
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and its key is ECDSA-P-256
#   rationale: |
#     Whoever factors the key answers in the server's name. RSA-1024 has 80 bits of security and verifies without a
#     complaint wherever nobody looks at sizes, so limen looks itself (SP 800-57 Part 1, table 2).
package limen.rules.conformance.tls_certificate_key

import data.limen.parameters

applicable := input.channel == "tls"

checks["strength"] := {
	"holds": input.certificate.key_strength >= parameters.security_strength,
	"actual": input.certificate.key_strength,
	"key": input.certificate.key,
	"required": parameters.security_strength,
}
