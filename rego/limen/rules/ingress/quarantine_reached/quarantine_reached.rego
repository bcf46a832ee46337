# METADATA
# title: "A quarantine that is named is reached"
# description: "A component that names a quarantine has a flow to it, which carries what failed."
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.quarantine_reached
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SI-10", "nist-800-53r5:SI-7", "dscsa:582(d)(4)"]
#   remediation: >-
#     Declare the flow to the quarantine, with what it carries, or name the place to which a flow goes.
#   not_applicable: "every component is judged; one that names no quarantine passes"
#   checks:
#     reached:
#       path: ingress.quarantine
#       message: "no flow goes from here to the quarantine that it names"
#   avoid: |
#     components:
#       gateway: {ingress: {quarantine: quarantine}}
#     flows: []
#   prefer: |
#     components:
#       gateway: {ingress: {quarantine: quarantine}}
#     flows:
#       - {id: reject, from: gateway, to: quarantine, carries: [record]}
#   rationale: |
#     A quarantine without a way to it is a word: what fails is dropped, which nobody can look into, or goes on with
#     the rest.
package limen.rules.ingress.quarantine_reached

applicable := true

checks["reached"] := {"holds": input.use.quarantine_reached}
