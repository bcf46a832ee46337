# METADATA
# title: Nothing is served in plaintext on a port for TLS
# description: >-
#   What is spoken on the probed port is not served to whoever asks without TLS.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_plaintext
#   subject: tls_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8", "nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(1)",
#     "45cfr164:164.312(e)(2)(ii)", "pci-dss-4.0.1:4.2.1", "nist-800-207:tenet-2"]
#   remediation: >-
#     Switch the plaintext listener off, or require TLS of every connection (hostssl in pg_hba.conf,
#     require_secure_transport, smtpd_tls_security_level=encrypt).
#   not_applicable: "the endpoint speaks SSH, which has no plaintext"
#   checks:
#     refused:
#       path: plaintext
#       needs: [plaintext]
#       message: "the port serves {protocol} in plaintext"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and it answers PING, too
#   prefer: |
#     # and it closes on whoever speaks plaintext
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     A client that forgets TLS, or that is kept from it by somebody on the path, still works: nobody notices, and
#     everything can be read on the way.
package limen.rules.conformance.tls_plaintext

applicable := input.channel != "ssh"

checks["refused"] := {"holds": input.plaintext == false, "protocol": input.plaintext_protocol}
