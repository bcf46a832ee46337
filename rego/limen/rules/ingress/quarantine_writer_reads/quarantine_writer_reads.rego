# METADATA
# title: Who writes to quarantine does not read production
# description: No component that writes to a quarantine can read from a store of another trusted zone.
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.quarantine_writer_reads
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-6", "nist-800-53r5:SC-7(21)"]
#   remediation: Give the component that refuses data no flow that returns anything from a production store.
#   not_applicable: the component is no quarantine
#   checks:
#     separate:
#       path: quarantine
#       message: "components that write here can read from {actual} {actual:store|stores} of other trusted zones"
#   avoid: |
#     - {id: reject, from: gateway, to: dead-letter, carries: [submission], returns: []}
#     - {id: lookup, from: gateway, to: clinical-db, carries: [query], returns: [submission]}
#   prefer: |
#     - {id: reject, from: gateway, to: dead-letter, carries: [submission], returns: []}
#   rationale: |
#     What handles hostile input is what gets taken over. If it can also read production, the attacker who sent the
#     packet gets an answer from the store.
package limen.rules.ingress.quarantine_writer_reads

applicable := input.quarantine

checks["separate"] := {"holds": input.quarantine_writer_reads == 0, "actual": input.quarantine_writer_reads}
