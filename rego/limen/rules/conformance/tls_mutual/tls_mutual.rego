# METADATA
# title: Who asks for client certificates refuses in the handshake whoever has none that counts
# description: >-
#   Where any version asks for a client certificate, every version does and the handshake of whoever presents none
#   or a stranger's fails, unless certificates are merely optional.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_mutual
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-5(2)", "nist-800-53r5:SC-8", "45cfr164:164.312(d)",
#     "nist-800-52r2:3.5", "nist-800-207:tenet-6"]
#   remediation: >-
#     Verify client certificates in the handshake (a TLS library's VERIFY_PEER with FAIL_IF_NO_PEER_CERT), against
#     the one authority, in every version.
#   not_applicable: "no version was seen to ask for a client certificate; the claim in_transit.tls.mutual is held
#     against that"
#   checks:
#     enforced:
#       path: mutual.weakest
#       needs: [mutual.weakest]
#       message: "client certificates are treated so: {actual}"
#   avoid: |
#     # and it asks for a certificate and takes anybody's
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and the handshake without a certificate of ours fails
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     A certificate that is asked for and not looked at authenticates nobody, though every log says mutual TLS.
#     Where the refusal comes only as an answer to a request, whoever has no certificate still reaches the parser of
#     requests.
package limen.rules.conformance.tls_mutual

applicable := input.mutual.asked

checks["enforced"] := {
	"holds": input.mutual.weakest in {"required", "optional"},
	"actual": input.mutual.weakest,
}
