# METADATA
# title: Whoever flows lead to is declared by more than a name
# description: "A component that flows lead to, and that opens none, has an identity of its own or belongs to a tenant."
# schemas: [{input: schema.component}]
# custom:
#   id: structure.undeclared_peer
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-3", "nist-800-53r5:IA-9", "nist-800-53r5:SC-7(5)", "eu-annex-11:4.3",
#     "nist-800-207:tenet-1"]
#   remediation: "Declare the identity that the peer proves, such as the name in its certificate, or its tenant."
#   not_applicable: "no flow leads to the component, or it opens flows (identity.workload_identity judges it)"
#   checks:
#     declared:
#       path: identity
#       message: "{actual} {actual:flow leads|flows lead} to a peer of which nothing is declared but its name"
#   avoid: |
#     components: {sponsor-inbox: {zone: partners, kind: partner}}
#     flows: [{id: submit, from: packager, to: sponsor-inbox, carries: [submission], returns: [], ...}]
#   prefer: |
#     components: {sponsor-inbox: {zone: partners, kind: partner, identity: "dns:inbox.sponsor.example"}}
#     flows: [{id: submit, from: packager, to: sponsor-inbox, carries: [submission], returns: [], ...}]
#   rationale: |
#     A flow to a name that nothing declares is refused when the declaration is read. A peer that is declared by its
#     name alone is hardly more: TLS encrypts to whoever answers, and a sender that does not know whom to expect hands
#     the data to anyone who took over an address. SP 800-207 treats every party as a resource with an identity.
package limen.rules.structure.undeclared_peer

import data.limen.lib.logic

applicable := logic.both(input.opens_flows == 0, input.flows > 0)

checks["declared"] := {
	"holds": logic.either(input.identity, input.tenant),
	"actual": input.flows,
}
