# METADATA
# title: "A component is known by one set of pins, which no other shares"
# description: >-
#   All flows that pin the key of a component name the same pins, and no flow to another component names one of
#   them.
# schemas: [{input: schema.component}]
# custom:
#   id: transit.pins_agree
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-23", "nist-800-53r5:IA-5(2)", "nist-800-53r5:SC-17", "nist-800-207:tenet-6"]
#   remediation: >-
#     Take the pins from the component's own key pair, the next one included, and write the same list on every flow
#     to it.
#   not_applicable: "no flow to the component pins a key"
#   checks:
#     same:
#       path: use.pin_sets
#       message: "flows to it name {actual} different sets of pins"
#     own:
#       path: use.shared_pins
#       message: "{actual} of its pins {actual:is|are} also {actual:that|those} of another component"
#   avoid: |
#     flows:
#       - {id: a, to: gateway, in_transit: {tls: {pins: [sha256/AAAA]}}}
#       - {id: b, to: gateway, in_transit: {tls: {pins: [sha256/BBBB]}}}
#   prefer: |
#     flows:
#       - {id: a, to: gateway, in_transit: {tls: {pins: [sha256/AAAA]}}}
#       - {id: b, to: gateway, in_transit: {tls: {pins: [sha256/AAAA]}}}
#   rationale: |
#     A pin is the only thing that a stolen certificate authority can not forge. A pin that only one caller knows, or
#     that two servers answer to, is a copy from the wrong place, or a way in for somebody else.
package limen.rules.transit.pins_agree

applicable := input.use.pin_sets > 0

checks["same"] := {"holds": input.use.pin_sets < 2, "actual": input.use.pin_sets}

checks["own"] := {"holds": input.use.shared_pins == 0, "actual": input.use.shared_pins}
