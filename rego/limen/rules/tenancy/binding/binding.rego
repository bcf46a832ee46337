# METADATA
# title: "A tenant's id is an HMAC over immutable attributes"
# description: >-
#   A tenant declares how its id is made: with an HMAC and a key of `keys`, from attributes that are given and never
#   change.
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.binding
#   subject: tenant
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:IA-5", "21cfr1304:1304.03", "nist-800-131ar2:10"]
#   remediation: >-
#     Declare binding with HMAC-SHA-256, a key of its own, and inputs such as dea_number, npi and facility.
#   parameters:
#     binding_algorithms: {type: strings, stricter: fewer}
#     binding_inputs_allowed: {type: strings, stricter: fewer}
#   not_applicable: no component belongs to the tenant
#   checks:
#     declared:
#       path: binding
#       message: no binding is declared
#     algorithm:
#       path: binding.algorithm
#       needs: [binding.algorithm]
#       message: "the id is made with {actual}; the profile requires one of {required}"
#     key:
#       path: binding.key
#       message: "the binding names no key of `keys`"
#     given:
#       path: binding.inputs
#       message: "{actual} {actual:input is|inputs are} declared, and {absent} of them the tenant gives no value for"
#     input:
#       path: binding.inputs
#       each: binding.inputs
#       message: "{actual} can change; the profile allows {required}"
#   avoid: |
#     binding: {algorithm: SHA-256, inputs: [trading_name, address]}
#   prefer: |
#     binding: {algorithm: HMAC-SHA-256, key: tenant-binding-key, inputs: [dea_number, npi, facility],
#         carried_in: [header, row, signature]}
#   rationale: |
#     A plain hash over public numbers can be computed by anyone, so it proves nothing; an HMAC under a master key
#     can't. An id made from a trading name or an address changes when the pharmacy moves, and its records then
#     belong to nobody.
package limen.rules.tenancy.binding

import data.limen.lib.logic
import data.limen.parameters

applicable := input.components > 0

checks.declared := {"holds": input.binding.declared}

checks.algorithm := {
	"holds": input.binding.algorithm in parameters.binding_algorithms,
	"actual": input.binding.algorithm,
	"required": parameters.binding_algorithms,
}

checks.key := {"holds": input.binding.key}

# Zero inputs would give every tenant one id.
checks.given := {
	"holds": logic.both(count(input.binding.inputs) > 0, input.binding.undeclared_inputs == 0),
	"actual": count(input.binding.inputs),
	"absent": input.binding.undeclared_inputs,
}

checks.input[i] := {"holds": immutable, "actual": attribute, "required": allowed} if {
	some i, attribute in input.binding.inputs
	allowed := parameters.binding_inputs_allowed
	immutable := attribute in allowed
}
