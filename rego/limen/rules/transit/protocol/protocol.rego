# METADATA
# title: "A flow names its protocol, and not a plain one"
# description: >-
#   A flow that moves anything declares its application protocol, and it is none of those that the profile calls
#   plain.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.protocol
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8", "nist-800-53r5:CM-6", "nist-800-207:tenet-2",
#     "pci-dss-4.0.1:1.2.6", "pci-dss-4.0.1:2.2.7"]
#   remediation: >-
#     Declare in_transit.protocol as the one that is configured, in its protected form: https, grpcs, amqps, mqtts,
#     ldaps.
#   parameters:
#     plain_protocols: {type: strings, stricter: more}
#   not_applicable: "the flow moves nothing"
#   checks:
#     protocol:
#       path: in_transit.protocol
#       needs: [in_transit.protocol]
#       message: "the protocol is {actual}, which says that nothing protects it, whatever is declared of TLS"
#   avoid: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [record], in_transit: {protocol: http, tls: {min: "1.3"}}}
#   prefer: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [record], in_transit: {protocol: https, tls: {min: "1.3"}}}
#   rationale: |
#     The protocol is what an operator configures, TLS is what an architect wishes. Where the two contradict each
#     other, the listener decides, and it listens in plain.
package limen.rules.transit.protocol

import data.limen.parameters

applicable := input.moves > 0

checks["protocol"] := {
	"holds": plain == false,
	"actual": input.in_transit.protocol,
}

plain := input.in_transit.protocol in parameters.plain_protocols
