# METADATA
# title: "What arrives sealed can be opened where it is needed"
# description: >-
#   A component that works on an item, or with which an item stays, opens with every key under which flows bring it.
# schemas: [{input: schema.component}]
# custom:
#   id: transit.unopened
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:SC-12", "21cfr11:11.10(b)"]
#   remediation: >-
#     Seal the item with a key that the receiver opens with, or grant the receiver that key and list it under
#     opens_with.
#   not_applicable: "every component is judged"
#   checks:
#     key:
#       path: opens_with
#       message: "{actual} {actual:arrival is|arrivals are} sealed with a key that it does not open with"
#   avoid: |
#     components:
#       packager: {opens_with: [report-key]}
#     flows:
#       - {id: hand-over, from: deid, to: packager, protection: {report: [{sealed: patient-key}]}}
#   prefer: |
#     components:
#       packager: {opens_with: [report-key]}
#     flows:
#       - {id: hand-over, from: deid, to: packager, protection: {report: [{sealed: report-key}]}}
#   rationale: |
#     A record under the wrong key is lost, or is opened by somebody whom the declaration does not name. Either way
#     the two ends contradict each other, and one of them is wrong.
package limen.rules.transit.unopened

applicable := true

checks["key"] := {"holds": input.use.unopened == 0, "actual": input.use.unopened}
