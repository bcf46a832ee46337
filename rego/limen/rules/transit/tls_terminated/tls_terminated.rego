# METADATA
# title: A hop that ends TLS opens it again
# description: "Each hop either passes TLS through, or terminates it and opens it again towards the target."
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.tls_terminated
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7", "nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(1)", "nist-800-207:tenet-2"]
#   remediation: "Let the hop pass TLS through, or set reestablishes to true and configure TLS towards the target."
#   not_applicable: "nothing lies between the flow's ends, or it moves nothing"
#   checks:
#     hop:
#       path: via
#       each: via
#       message: "this hop ends TLS ({actual}) and does not open it again"
#   avoid: |
#     via: [{component: edge-proxy, tls: terminate}]
#   prefer: |
#     via: [{component: edge-proxy, tls: terminate, reestablishes: true}]
#   rationale: |
#     Behind a terminating proxy the data runs through the inner network in the clear, where one compromised host
#     reads it all. Zero trust gives an inner segment no more credit than an outer one.
package limen.rules.transit.tls_terminated

import data.limen.lib.logic

applicable := logic.both(count(input.via) > 0, input.moves > 0)

checks.hop[i] := {"holds": protected, "actual": does, "refs": [component]} if {
	some i, hop in input.via
	does := hop.tls
	component := hop.ref
	protected := logic.either(does == "passthrough", hop.reestablishes)
}
