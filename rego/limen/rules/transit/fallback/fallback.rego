# METADATA
# title: A fallback route is no weaker than its primary
# description: A flow that replaces another when it fails has effective values that are nowhere weaker.
# schemas: [{input: schema.flow}]
# custom:
#   id: transit.fallback
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-7", "nist-800-53r5:SC-7(18)", "nist-800-53r5:SC-8",
#     "45cfr164:164.312(e)(1)", "pci-dss-4.0.1:1.2.6", "pci-dss-4.0.1:4.2.1"]
#   remediation: >-
#     Give the fallback the same transport protection, authentication, envelope and audit as the flow that it
#     replaces.
#   not_applicable: the flow replaces no other
#   checks:
#     primary:
#       path: fallback.known
#       needs: [fallback.known]
#       message: "the flow that it replaces is not declared, so that nothing can be compared"
#     strength:
#       path: fallback.weaker
#       needs: [fallback.weaker]
#       message: "weaker than the flow that it replaces: {actual}"
#   avoid: |
#     flows:
#       - {id: main, in_transit: {tls: {min: "1.3", mutual: required}}, ...}
#       - {id: spare, fallback_for: main, in_transit: {tls: {min: "1.2"}}, ...}
#   prefer: |
#     flows:
#       - {id: main, in_transit: {tls: {min: "1.3", mutual: required}}, ...}
#       - {id: spare, fallback_for: main, in_transit: {tls: {min: "1.3", mutual: required}}, ...}
#   rationale: |
#     An attacker who can disturb the primary route chooses the fallback: what protects the data is the weaker of
#     the two. Fallbacks are used in a hurry and tested last, which is when e-mail and file drops appear.
package limen.rules.transit.fallback

applicable := input.replaces

checks["primary"] := {"holds": input.fallback.known}

checks["strength"] := {
	"holds": count(input.fallback.weaker) == 0,
	"actual": input.fallback.weaker,
}
