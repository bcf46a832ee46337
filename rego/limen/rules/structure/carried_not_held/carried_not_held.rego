# METADATA
# title: A flow carries what its sender can hold
# description: Each item that a flow carries or returns can be at the component that sends it.
# schemas: [{input: schema.wire}]
# custom:
#   id: structure.carried_not_held
#   subject: wire
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-9", "nist-800-53r5:CM-2", "pci-dss-4.0.1:1.2.4"]
#   remediation: >-
#     Say where the item comes from (originates, stores, produces, or a flow that brings it to the sender), or take it
#     off the flow.
#   not_applicable: "never: every item on a wire is judged"
#   checks:
#     held:
#       path: held
#       message: "the item, {label}, is moved by a component that nothing brings it to"
#   avoid: |
#     components:
#       portal: {zone: partners, kind: partner}
#     flows:
#       - {id: submit, from: portal, to: gateway, carries: [record]}
#   prefer: |
#     components:
#       portal: {zone: partners, kind: partner, originates: [record]}
#     flows:
#       - {id: submit, from: portal, to: gateway, carries: [record]}
#   rationale: |
#     Who can have an item in plaintext is computed from where it starts. An item that starts nowhere is judged nowhere,
#     so that a forgotten word would make the whole way behind it look clean.
package limen.rules.structure.carried_not_held

applicable := true

checks["held"] := {"holds": input.held, "actual": input.held, "label": input.label.text}
