# METADATA
# title: "What starts somewhere goes somewhere, and what is stored came from somewhere"
# description: >-
#   Items that start or are made at a component are stored, sent or made into others; what a store keeps arrives or
#   starts there, and what arrives there is kept or sent on.
# schemas: [{input: schema.component}]
# custom:
#   id: access.idle_data
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-12", "nist-800-53r5:AC-4", "nist-800-53r5:PL-8", "iso-27001-2022:5.12"]
#   remediation: >-
#     Declare the flow that takes or brings the item, or take the item out of originates, produces or stores.
#   not_applicable: "every component is judged"
#   checks:
#     goes:
#       path: originates
#       message: "{actual} {actual:item starts or is|items start or are} made here and {actual:goes|go} nowhere"
#     comes:
#       path: stores
#       message: "{actual} {actual:item is|items are} stored here, and nothing brings or makes {actual:it|them}"
#     stays:
#       path: use.unkept
#       message: >-
#         {actual} {actual:item arrives|items arrive} at this store, which neither stores {actual:it|them} nor sends
#         {actual:it|them} on
#   avoid: |
#     components:
#       portal: {originates: [record]}
#     flows: []
#   prefer: |
#     components:
#       portal: {originates: [record]}
#     flows:
#       - {id: upload, from: portal, to: gateway, carries: [record]}
#   rationale: |
#     Data does not stay where it is made. If no flow takes it away, it moves by one that nobody declared,
#     authenticated, sealed or recorded.
package limen.rules.access.idle_data

applicable := true

checks["goes"] := {"holds": input.use.idle_origins == 0, "actual": input.use.idle_origins}

checks["comes"] := {"holds": input.use.unbrought == 0, "actual": input.use.unbrought}

checks["stays"] := {"holds": input.use.unkept == 0, "actual": input.use.unkept}
