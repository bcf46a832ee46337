# METADATA
# title: Only suites of the profile are taken
# description: >-
#   Every cipher suite that the endpoint takes, in any version, is one that the profile allows, and it said that it
#   takes no other.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_suites
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-13", "nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(2)(ii)",
#     "nist-800-52r2:3.3.1", "nist-800-131ar2:5", "nist-800-131ar2:6", "pci-dss-4.0.1:4.2.1",
#     "pci-dss-4.0.1:12.3.3"]
#   remediation: >-
#     Reduce the server's suites to forward-secret ones with authenticated encryption.
#   parameters:
#     suites_allowed: {type: strings, stricter: fewer}
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     suite:
#       path: suites.names
#       each: suites.names
#       message: "the endpoint takes {actual}, which the profile does not allow"
#     whole:
#       path: suites.whole
#       needs: [suites.whole]
#       message: "not every suite could be tried"
#   avoid: |
#     # and it takes TLS_RSA_WITH_3DES_EDE_CBC_SHA
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and it takes TLS_AES_256_GCM_SHA384 alone
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     What a configuration names is not what a server takes: defaults, libraries and old clients add to it. Each
#     suite was tried, so what is found here was chosen by the server in a handshake.
package limen.rules.conformance.tls_suites

import data.limen.parameters

applicable := input.channel == "tls"

checks.suite[i] := {"holds": allowed, "actual": suite} if {
	some i, suite in input.suites.names
	allowed := suite in parameters.suites_allowed
}

checks.whole := {"holds": input.suites.whole}
