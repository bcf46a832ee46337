# METADATA
# title: Older versions are taken only with what closes their gaps
# description: >-
#   Where a version below TLS 1.3 is taken, renegotiation and the master secret are bound to the handshake, and
#   nothing is compressed.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_extensions
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-23", "nist-800-52r2:3.4", "nist-800-52r2:3.7",
#     "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Switch TLS compression off and use a library of this decade, or take TLS 1.3 alone.
#   not_applicable: "the endpoint takes no version below TLS 1.3"
#   checks:
#     renegotiation:
#       path: extensions.secure_renegotiation
#       needs: [extensions.secure_renegotiation]
#       message: "renegotiation is not bound to the handshake before it (RFC 5746)"
#     master_secret:
#       path: extensions.extended_master_secret
#       needs: [extensions.extended_master_secret]
#       message: "the master secret is not bound to the handshake (RFC 7627)"
#     compression:
#       path: extensions.compression
#       needs: [extensions.compression]
#       message: "what is sent is compressed before it is encrypted"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and it takes DEFLATE
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and it takes TLS 1.3 alone
#   rationale: |
#     Unbound renegotiation lets somebody on the path put words before a client's request, an unbound master secret
#     lets him join two sessions (triple handshake), and compression tells secrets by the length of what is sent
#     (CRIME).
package limen.rules.conformance.tls_extensions

applicable := input.legacy

checks["renegotiation"] := {"holds": input.extensions.secure_renegotiation}

checks["master_secret"] := {"holds": input.extensions.extended_master_secret}

checks["compression"] := {"holds": input.extensions.compression == false}
