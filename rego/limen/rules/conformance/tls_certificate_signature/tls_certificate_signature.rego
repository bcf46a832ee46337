# METADATA
# title: The chain is signed over a sound hash
# description: >-
#   No certificate of the chain was signed over a hash of less bits than the profile says; SHA-1 and MD5 count
#   nothing.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_signature
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-13", "nist-800-53r5:SC-17", "nist-800-52r2:3.2", "nist-800-131ar2:9",
#     "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Have the certificate, and the authority above it, issued anew with SHA-256 or better.
#   parameters:
#     signature_hash_bits: {type: integer, stricter: higher}
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     hash:
#       path: certificate.signature_hash
#       needs: [certificate.signature_hash]
#       message: "the weakest hash of the chain counts {actual} bits; the profile requires {required}"
#   avoid: |
#     # and its certificate is signed with SHA-1
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and its chain is signed with SHA-256
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     Two contents with one SHA-1 digest can be bought. An authority that signs one of them has signed the other,
#     too: a certificate for a name that it never checked.
package limen.rules.conformance.tls_certificate_signature

import data.limen.parameters

applicable := input.channel == "tls"

checks["hash"] := {
	"holds": input.certificate.signature_hash >= parameters.signature_hash_bits,
	"actual": input.certificate.signature_hash,
	"required": parameters.signature_hash_bits,
}
