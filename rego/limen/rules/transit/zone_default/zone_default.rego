# METADATA
# title: "A zone's default TLS is strong and offers nothing else"
# description: >-
#   Every zone declares a default TLS of the profile's minimum, with mutual authentication, with suites of the
#   profile's list only, and with post-quantum groups only.
# schemas: [{input: schema.zone}]
# custom:
#   id: transit.zone_default
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-13", "nist-800-52r2:3.1"]
#   remediation: >-
#     Declare posture.in_transit.tls on the zone with min, mutual: required, suites and key_exchange, and configure
#     the zone's listeners so.
#   parameters:
#     tls_minimum: {type: tls_version, stricter: higher}
#     suites_allowed: {type: strings, stricter: fewer}
#     post_quantum_groups: {type: strings, stricter: fewer}
#   not_applicable: "every zone is judged"
#   checks:
#     version:
#       path: standing.tls.min
#       needs: [standing.tls.min]
#       message: "the default minimum is {actual}; the profile requires {required}"
#     mutual:
#       path: standing.tls.mutual
#       message: "mutual authentication is {actual} by default"
#     suites:
#       path: posture
#       message: "{actual} suites are listed, so that any may be offered"
#     groups:
#       path: posture.in_transit
#       message: "{actual} groups are listed, so that any may be offered"
#     suite:
#       path: standing.tls.suites
#       each: standing.tls.suites
#       message: "{actual} is none of the suites that the profile allows"
#     group:
#       path: standing.tls.key_exchange
#       each: standing.tls.key_exchange
#       message: "{actual} is no post-quantum group"
#   avoid: |
#     zones:
#       review: {trust: 1, posture: {in_transit: {tls: {min: "1.2", key_exchange: [X25519MLKEM768, secp256r1]}}}}
#   prefer: |
#     zones:
#       review: {trust: 1, posture: {in_transit: {tls: {min: "1.3", mutual: required,
#         suites: [TLS_AES_256_GCM_SHA384], key_exchange: [X25519MLKEM768]}}}}
#   rationale: |
#     A default protects the flow that is declared next year by somebody who does not think of TLS. The weakest group
#     that is offered is the one that an attacker negotiates, so that one classical group is as good as none of the
#     others.
package limen.rules.transit.zone_default

import data.limen.parameters

applicable := true

checks.version := {
	"holds": input.standing.tls.min >= parameters.tls_minimum,
	"actual": input.standing.tls.min,
	"required": parameters.tls_minimum,
}

checks.mutual := {"holds": input.standing.tls.mutual == "required", "actual": input.standing.tls.mutual}

checks.suites := {"holds": count(input.standing.tls.suites) > 0, "actual": count(input.standing.tls.suites)}

checks.groups := {"holds": count(input.standing.tls.key_exchange) > 0, "actual": count(input.standing.tls.key_exchange)}

checks.suite[i] := {"holds": allowed, "actual": suite} if {
	some i, suite in input.standing.tls.suites
	allowed := suite in parameters.suites_allowed
}

checks.group[i] := {"holds": allowed, "actual": group} if {
	some i, group in input.standing.tls.key_exchange
	allowed := group in parameters.post_quantum_groups
}
