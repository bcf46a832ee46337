# METADATA
# title: Senders hold the keys of the layers that they declare
# description: >-
#   Each envelope and signature that a flow declares around an item uses a key that its sender seals or signs with.
# schemas: [{input: schema.wire}]
# custom:
#   id: transit.seal_held
#   subject: wire
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-12"]
#   remediation: >-
#     Add the key to the sender's seals_with or signs_with and to the key's grantees, or put the layer on at an
#     earlier component.
#   not_applicable: "never: every item on a wire is judged"
#   checks:
#     sealed:
#       path: unheld_seals
#       message: >-
#         {actual} declared {actual:envelope is|envelopes are} missing, since the sender does not hold
#         {actual:its key|their keys}
#     signed:
#       path: unheld_signatures
#       message: >-
#         {actual} declared {actual:signature is|signatures are} missing, since the sender does not hold
#         {actual:its key|their keys}
#   avoid: |
#     components:
#       edge: {zone: ingress, kind: gateway}
#     flows:
#       - {id: in, from: edge, to: store, carries: [submission], protection: {submission: [{sealed: phi-key}]}}
#   prefer: |
#     components:
#       edge: {zone: ingress, kind: gateway, seals_with: [phi-key]}
#     flows:
#       - {id: in, from: edge, to: store, carries: [submission], protection: {submission: [{sealed: phi-key}]}}
#   rationale: |
#     A protection that nobody can apply exists only on paper, and everything behind it is exposed while the diagram
#     looks safe. Relaying an envelope that was put on earlier needs no key.
package limen.rules.transit.seal_held

applicable := true

checks["sealed"] := {"holds": input.unheld_seals == 0, "actual": input.unheld_seals}

checks["signed"] := {"holds": input.unheld_signatures == 0, "actual": input.unheld_signatures}
