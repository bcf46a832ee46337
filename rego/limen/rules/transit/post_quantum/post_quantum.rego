# METADATA
# title: A post-quantum key exchange is offered
# description: >-
#   A TLS flow whose items are protected, or that carries key material, offers at least one group of the profile's.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.post_quantum
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-13", "fips-203:8"]
#   remediation: Add a hybrid group such as X25519MLKEM768 to in_transit.tls.key_exchange at both ends.
#   parameters:
#     protected_compartments: {type: strings, stricter: more}
#     protected_level: {type: integer, stricter: lower}
#     post_quantum_groups: {type: strings, stricter: fewer}
#   not_applicable: "the flow moves nothing, or not over TLS"
#   checks:
#     key_exchange:
#       path: in_transit.tls.key_exchange
#       message: "{actual} of the profile's groups are offered; it requires one of {required}"
#   avoid: |
#     in_transit: {tls: {min: "1.3", key_exchange: [X25519]}}
#   prefer: |
#     in_transit: {tls: {min: "1.3", key_exchange: [X25519MLKEM768]}}
#   rationale: |
#     Traffic that is recorded today can be opened once a quantum computer breaks elliptic curves, and records of
#     patients stay sensitive for longer than that may take. FIPS 203 standardised ML-KEM in August 2024; a hybrid
#     group keeps the classic security too.
package limen.rules.transit.post_quantum

import data.limen.lib.lattice
import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

applicable := logic.both(input.in_transit.channel == "tls", input.moves > 0)

checks["key_exchange"] := {
	"holds": logic.either(
		count(sets.shared(input.in_transit.tls.key_exchange, parameters.post_quantum_groups)) > 0,
		logic.both(
			lattice.protected(input.label, parameters.protected_compartments, parameters.protected_level) == false,
			input.key_material == false,
		),
	),
	"actual": count(sets.shared(input.in_transit.tls.key_exchange, parameters.post_quantum_groups)),
	"required": parameters.post_quantum_groups,
}
