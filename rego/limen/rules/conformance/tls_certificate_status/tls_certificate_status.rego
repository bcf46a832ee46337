# METADATA
# title: The certificate is not revoked, as far as the server says
# description: >-
#   An OCSP answer that is stapled is good, and one is stapled where the certificate demands it.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_certificate_status
#   subject: tls_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-17", "nist-800-53r5:IA-5(2)", "nist-800-52r2:3.2", "nist-800-52r2:3.4"]
#   remediation: >-
#     Replace a revoked certificate, and its key, at once; let the server fetch and staple OCSP answers where the
#     certificate demands them.
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     good:
#       path: certificate.staple
#       needs: [certificate.staple]
#       message: "the stapled OCSP answer is {actual}"
#     demanded:
#       path: certificate.must_staple
#       needs: [certificate.staple, certificate.must_staple]
#       message: "the certificate demands an OCSP answer, and none is stapled"
#   avoid: |
#     # and it staples an answer of last year
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and it staples an answer of today
#   rationale: |
#     A revoked certificate is one whose key somebody else may hold. An answer that can't be verified, or is out of
#     date, hides exactly that.
package limen.rules.conformance.tls_certificate_status

import data.limen.lib.logic

applicable := input.channel == "tls"

checks["good"] := {
	"holds": input.certificate.staple in {"good", "none"},
	"actual": input.certificate.staple,
}

checks["demanded"] := {"holds": logic.either(
	input.certificate.must_staple == false,
	input.certificate.staple != "none",
)}
