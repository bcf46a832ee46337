# METADATA
# title: The certificate is for the name that clients use
# description: >-
#   Every certificate that the endpoint presents has the name among its subject alternative names.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_names
#   subject: tls_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-17", "nist-800-53r5:SC-23", "nist-800-52r2:3.2", "nist-800-52r2:4.5",
#     "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Have the certificate issued for the name that clients use, or name it in the probe's options.server_name.
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     match:
#       path: certificate.names_match
#       needs: [certificate.names_match]
#       message: "the certificate is not for the name that clients use"
#   avoid: |
#     # and its certificate is for old.example
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and gateway.example is one of its names
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     A certificate of somebody else, even a trusted one, proves that somebody else answers. Clients that can't be
#     made to accept it are told not to look at names at all.
package limen.rules.conformance.tls_certificate_names

applicable := input.channel == "tls"

checks["match"] := {"holds": input.certificate.names_match}
