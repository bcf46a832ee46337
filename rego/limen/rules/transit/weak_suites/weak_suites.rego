# METADATA
# title: Only suites and groups of the profile are offered
# description: >-
#   Every declared cipher suite and key exchange group is one that the profile allows; below TLS 1.3, where suites can
#   be weak, they must be declared.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.weak_suites
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-13", "45cfr164:164.312(e)(2)(ii)", "nist-800-52r2:3.3.1", "nist-800-52r2:4.3",
#     "nist-800-131ar2:5", "nist-800-131ar2:6", "pci-dss-4.0.1:4.2.1", "pci-dss-4.0.1:12.3.3", "iso-27001-2022:8.21"]
#   remediation: >-
#     Reduce in_transit.tls.suites to forward-secret AEAD suites and in_transit.tls.key_exchange to groups of 112 bits
#     at least, or raise in_transit.tls.min to 1.3.
#   parameters:
#     suites_allowed: {type: strings, stricter: fewer}
#     groups_allowed: {type: strings, stricter: fewer}
#   not_applicable: "the flow moves nothing, or not over TLS"
#   checks:
#     declared:
#       path: in_transit.tls.suites
#       needs: [in_transit.tls.min]
#       message: "{actual} {actual:suite is|suites are} declared although versions below TLS 1.3 are accepted, whose
#         suites can be weak"
#     suite:
#       path: in_transit.tls.suites
#       each: in_transit.tls.suites
#       message: "the suite {actual} is not one that the profile allows"
#     group:
#       path: in_transit.tls.key_exchange
#       each: in_transit.tls.key_exchange
#       message: "the group {actual} is not one that the profile allows"
#   avoid: |
#     in_transit: {tls: {min: "1.2", suites: [TLS_RSA_WITH_3DES_EDE_CBC_SHA]}}
#   prefer: |
#     in_transit: {tls: {min: "1.2", suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]}}
#   rationale: |
#     Suites with RSA key transport let whoever obtains the server's key read recorded traffic, CBC and 3DES suites
#     have padding and birthday attacks. TLS 1.3 has none of these, so only older versions must say what they offer.
#     An allow-list means that a new or misspelt name is never taken for a strong one. Groups are weak in every
#     version: an export group, or a curve of 160 bits, gives the session key away whatever the suite.
package limen.rules.transit.weak_suites

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.in_transit.channel == "tls", input.moves > 0)

checks.declared := {
	"holds": logic.either(input.in_transit.tls.min >= 13, count(input.in_transit.tls.suites) > 0),
	"actual": count(input.in_transit.tls.suites),
}

checks.suite[i] := {"holds": allowed, "actual": suite} if {
	some i, suite in input.in_transit.tls.suites
	allowed := suite in parameters.suites_allowed
}

checks.group[i] := {"holds": allowed, "actual": group} if {
	some i, group in input.in_transit.tls.key_exchange
	allowed := group in parameters.groups_allowed
}
