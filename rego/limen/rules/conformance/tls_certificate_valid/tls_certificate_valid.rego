# METADATA
# title: The certificate and its chain are valid today
# description: >-
#   Nothing of the chain begins later or ended before the moment of the assessment.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_valid
#   subject: tls_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-17", "nist-800-53r5:IA-5(2)", "nist-800-52r2:3.2", "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Renew the certificate, or the authority above it, and watch the dates of both.
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     begun:
#       path: certificate.valid_from_at
#       needs: [certificate.valid_from_at]
#       message: "the chain is not valid yet"
#     ended:
#       path: certificate.expires_at
#       needs: [certificate.expires_at]
#       message: "the chain is expired"
#   avoid: |
#     # and its certificate ended yesterday
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and its certificate is valid until spring
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     Past its date nobody answers for a certificate, and its revocation is no longer published. An expired
#     certificate stops the flow, or teaches its clients to look away.
package limen.rules.conformance.tls_certificate_valid

applicable := input.channel == "tls"

checks["begun"] := {"holds": input.certificate.valid_from_at <= input.now}

checks["ended"] := {"holds": input.certificate.expires_at > input.now}
