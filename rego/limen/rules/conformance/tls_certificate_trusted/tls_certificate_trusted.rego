# METADATA
# title: The certificate leads to a trusted authority, and the server holds its key
# description: >-
#   Every certificate that the endpoint presents can be read, is for a TLS server, leads to an authority that
#   clients trust, and is proved by a signature.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_trusted
#   subject: tls_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-17", "nist-800-53r5:SC-23", "nist-800-53r5:IA-5(2)", "nist-800-52r2:3.2",
#     "pci-dss-4.0.1:4.2.1", "iso-27001-2022:8.24"]
#   remediation: >-
#     Install a certificate of the authority that clients trust, with the whole chain, or name that authority in the
#     probe's options.trust.
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     readable:
#       path: certificate.readable
#       needs: [certificate.readable]
#       message: "a certificate that the endpoint presents can't be parsed"
#     trusted:
#       path: certificate.trusted
#       needs: [certificate.trusted]
#       message: "no trusted authority: {why}"
#     purpose:
#       path: certificate.for_servers
#       needs: [certificate.for_servers]
#       message: "the certificate is for another purpose than TLS servers"
#     proved:
#       path: certificate.proved
#       needs: [certificate.proved]
#       message: "what the endpoint signed does not verify with the certificate's key"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and its certificate signs itself
#   prefer: |
#     # and its chain ends at the hospital's authority
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     Whoever stands in between presents a certificate of his own. A client that accepts one that leads nowhere
#     accepts his, too, and a client that rightly refuses it does not work until somebody tells it not to look.
package limen.rules.conformance.tls_certificate_trusted

applicable := input.channel == "tls"

checks["readable"] := {"holds": input.certificate.readable}

checks["trusted"] := {"holds": input.certificate.trusted, "why": input.certificate.why_not_trusted}

checks["purpose"] := {"holds": input.certificate.for_servers}

checks["proved"] := {"holds": input.certificate.proved}
