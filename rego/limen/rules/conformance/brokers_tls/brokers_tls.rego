# METADATA
# title: "Brokers take no TLS below the profile's minimum"
# description: >-
#   The lowest version of TLS that a broker's listener takes is at least the profile's minimum.
# schemas: [{input: schema.brokers_observation}]
# custom:
#   id: conformance.brokers_tls
#   subject: brokers_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-52r2:3.1", "nist-800-52r2:4.1", "45cfr164:164.312(e)(2)(ii)",
#     "pci-dss-4.0.1:4.2.1", "iso-27001-2022:8.21"]
#   remediation: >-
#     Leave only the versions that the profile allows in the listener's settings (tls-protocols,
#     ssl.enabled.protocols, ssl_options.versions, tls_version).
#   parameters:
#     tls_minimum: {type: tls_version, stricter: higher}
#   not_applicable: "the listener does not answer to TLS"
#   checks:
#     minimum:
#       path: tls.min
#       needs: [tls.min]
#       message: "the listener takes {actual}; the profile requires {required}"
#   avoid: |
#     # redis.conf: tls-protocols "TLSv1 TLSv1.2"
#     flows: [{id: enqueue, in_transit: {protocol: redis, tls: {min: "1.2"}}}]
#   prefer: |
#     # redis.conf: tls-protocols "TLSv1.2 TLSv1.3"
#     flows: [{id: enqueue, in_transit: {protocol: redis, tls: {min: "1.2"}}}]
#   rationale: |
#     Whoever is on the way makes both ends fall back to the oldest version that both take. Brokers are configured
#     once and then forgotten, and their oldest client decides.
package limen.rules.conformance.brokers_tls

import data.limen.parameters

applicable := input.encrypted != "refused"

checks["minimum"] := {
	"holds": input.tls.min >= parameters.tls_minimum,
	"actual": input.tls.min,
	"required": parameters.tls_minimum,
}
