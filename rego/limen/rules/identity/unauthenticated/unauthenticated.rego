# METADATA
# title: Every caller proves who it is
# description: "A flow declares a method of authentication other than none, whether or not it crosses a border."
# schemas: [{input: schema.flow}]
# custom:
#   id: identity.unauthenticated
#   subject: flow
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:IA-3", "nist-800-53r5:IA-9", "21cfr11:11.10(d)",
#     "eu-annex-11:12.1", "45cfr164:164.312(d)", "dscsa:582(g)(1)(A)", "nist-800-207:tenet-6", "pci-dss-4.0.1:8.3.1",
#     "iso-27001-2022:8.5"]
#   remediation: "Declare authn.method as mtls, spiffe, oidc or signed-request, and enforce it at the receiving end."
#   not_applicable: "never: every flow is judged"
#   checks:
#     method:
#       path: authn.method
#       message: "the method of authentication is {actual}; entering {zones} {zones:zone|zones} at trust {trust}"
#   avoid: |
#     flows:
#       - {id: in, from: portal, to: gateway, carries: [submission], returns: [], authn: {method: none}}
#   prefer: |
#     flows:
#       - {id: in, from: portal, to: gateway, carries: [submission], returns: [], authn: {method: mtls}}
#   rationale: |
#     Whoever can reach an endpoint that asks nobody's name is its user. An entry in the audit trail then names an
#     address, and no one can be held to it. A place in the network is no name: flows inside one zone are judged too.
package limen.rules.identity.unauthenticated

applicable := true

checks["method"] := {
	"holds": anonymous == false,
	"actual": input.authn.method,
	"zones": count(input.entered),
	"trust": input.greatest_trust,
}

anonymous := input.authn.method in {"none", "undeclared"}
