# METADATA
# title: Being inside a zone is no protection
# description: >-
#   A flow whose ends lie in one zone is authenticated and runs over a protected channel, as a crossing is.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.intra_zone_trusted
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:SC-8", "nist-800-207:2.2", "nist-800-207:tenet-2",
#     "nist-800-207:tenet-6"]
#   remediation: >-
#     Declare authn with a method such as mtls or spiffe, and in_transit.tls, on the flow inside the zone.
#   not_applicable: "the flow crosses a border (transit.plaintext and the identity rules judge it), or moves nothing"
#   checks:
#     authenticated:
#       path: authn.method
#       message: "the caller's authentication is {actual}"
#     channel:
#       path: in_transit.channel
#       message: "the channel is {actual}; data would move as {required}"
#   avoid: |
#     flows:
#       - {id: inner, from: automation, to: worker, carries: [submission]}
#   prefer: |
#     flows:
#       - {id: inner, from: automation, to: worker, carries: [submission], authn: {method: spiffe},
#             in_transit: {protocol: grpcs, tls: {min: "1.3", mutual: required}}}
#   rationale: |
#     Most of a breach happens after the first host fell: the intruder is then inside, where networks that trust
#     their own let it read and call everything. SP 800-207 therefore grants nothing for a place in the network.
package limen.rules.transit.intra_zone_trusted

import data.limen.lib.logic

applicable := logic.both(input.crossing == false, input.moves > 0)

# What never leaves the machine is authenticated by the operating system's own permissions.
checks["authenticated"] := {
	"holds": logic.either(
		input.authn.method in {"mtls", "oidc", "spiffe", "signed-request", "password"},
		input.in_transit.channel == "local",
	),
	"actual": input.authn.method,
}

checks["channel"] := {
	"holds": input.in_transit.channel in {"tls", "ssh", "local"},
	"actual": input.in_transit.channel,
	"required": "tls, ssh or local",
}
