# METADATA
# title: Data that crosses a border moves over a protected channel
# description: >-
#   A flow between zones or tenants uses TLS or SSH, or, between zones of one segment, never leaves the machine; an
#   undeclared channel counts as none.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.plaintext
#   subject: flow
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-17(2)", "nist-800-53r5:SC-8", "nist-800-53r5:SC-8(1)", "21cfr11:11.30",
#     "eu-annex-11:5", "45cfr164:164.312(e)(1)", "45cfr164:164.312(e)(2)(i)", "45cfr164:164.312(e)(2)(ii)",
#     "dscsa:582(g)(1)(A)", "dscsa:582(g)(1)@dispensers", "dscsa:582(g)(1)@manufacturers",
#     "dscsa:582(g)(1)@small-dispensers", "dscsa:582(g)(1)@wholesale-distributors", "21cfr1311:1311.170",
#     "nist-800-207:tenet-2", "nist-800-57pt1r5:6.2.1", "pci-dss-4.0.1:1.2.6", "pci-dss-4.0.1:2.2.7",
#     "pci-dss-4.0.1:4.2.1", "iso-27001-2022:5.14"]
#   remediation: >-
#     Declare in_transit.tls on the flow, or its protocol as one that is TLS or SSH, and switch the plain listener
#     off.
#   not_applicable: "the flow moves nothing, or stays inside one zone (transit.intra_zone_trusted judges it)"
#   checks:
#     channel:
#       path: in_transit.channel
#       message: "the channel is {actual}; data would move as {required}"
#   avoid: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [submission], in_transit: {protocol: http}}
#   prefer: |
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [submission], in_transit: {protocol: https,
#             tls: {min: "1.3"}}}
#   rationale: |
#     Whoever sits on the path reads and alters what moves in the clear, and no ledger will show it. The HIPAA
#     transmission standard, 45 CFR 164.312(e)(1), asks for a guard against exactly that, and DSCSA for a secure
#     exchange. What nobody declared can't be assumed to be protected.
package limen.rules.transit.plaintext

import data.limen.lib.logic

applicable := logic.both(input.crossing, input.moves > 0)

checks["channel"] := {
	"holds": logic.either(
		input.in_transit.channel in {"tls", "ssh"},
		# Tenants share no process: what runs between them on one machine is read by whoever keeps the machine.
		logic.both(input.in_transit.channel == "local", input.crosses_tenants == false),
	),
	"actual": input.in_transit.channel,
	"required": "tls, ssh or, of one tenant, local",
}
