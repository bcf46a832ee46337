# METADATA
# title: The certificate is renewed in time
# description: >-
#   A certificate that is still valid, and all above it, stay valid for as long as the profile says.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_renewal
#   subject: tls_observation
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-17", "nist-800-53r5:SC-12", "nist-800-53r5:CA-7", "nist-800-52r2:3.8",
#     "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Renew it now, and let a machine renew it from now on.
#   parameters:
#     certificate_renewal: {type: duration, stricter: higher}
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     left:
#       path: certificate.expires_at
#       needs: [certificate.expires_at]
#       message: "the chain is valid for {actual} more; the profile requires {required}"
#   avoid: |
#     # and its certificate ends next Sunday
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and its certificate ends in two months
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     Certificates are forgotten until they fail, and then replaced in haste. What is about to end shows that nobody
#     renews it.
package limen.rules.conformance.tls_certificate_renewal

import data.limen.lib.logic
import data.limen.parameters

applicable := input.channel == "tls"

# What has ended already is judged by conformance.tls_certificate_valid.
checks["left"] := {
	"holds": logic.either(
		(input.certificate.expires_at - input.now) >= parameters.certificate_renewal,
		input.certificate.expires_at <= input.now,
	),
	"actual": input.certificate.expires_at - input.now,
	"required": parameters.certificate_renewal,
}
