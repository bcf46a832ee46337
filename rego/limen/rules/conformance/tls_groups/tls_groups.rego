# METADATA
# title: Only key exchange groups of the profile are taken
# description: >-
#   Every group that the endpoint takes is one that the profile allows, a prime of its own is long enough, and it
#   said that it takes no other.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_groups
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-13", "nist-800-52r2:3.3.1", "nist-800-52r2:3.4",
#     "nist-800-131ar2:5", "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Reduce the server's groups (ssl_ecdh_curve, Groups) to those of the profile, and drop the parameters for DHE
#     or make them anew.
#   parameters:
#     groups_allowed: {type: strings, stricter: fewer}
#     prime_bits_minimum: {type: integer, stricter: higher}
#   not_applicable: "the endpoint does not speak TLS"
#   checks:
#     group:
#       path: groups.names
#       each: groups.names
#       message: "the endpoint takes the group {actual}, which the profile does not allow"
#     whole:
#       path: groups.whole
#       needs: [groups.whole]
#       message: "not every group could be tried"
#     prime:
#       path: prime_bits
#       message: "the endpoint takes a Diffie-Hellman prime of {actual} bits; the profile requires {required}"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]     # and its prime has 1024 bits
#   prefer: |
#     # and it takes X25519MLKEM768 and X25519
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     The group decides how long a recorded session stays closed, whatever the suite: a prime of 1024 bits or a
#     curve of 160 gives all of its sessions away at once.
package limen.rules.conformance.tls_groups

import data.limen.lib.logic
import data.limen.parameters

applicable := input.channel == "tls"

checks.group[i] := {"holds": allowed, "actual": group} if {
	some i, group in input.groups.names
	allowed := group in parameters.groups_allowed
}

checks.whole := {"holds": input.groups.whole}

# 0: the endpoint has no prime of its own.
checks.prime := {
	"holds": logic.either(input.prime_bits == 0, input.prime_bits >= parameters.prime_bits_minimum),
	"actual": input.prime_bits,
	"required": parameters.prime_bits_minimum,
}
