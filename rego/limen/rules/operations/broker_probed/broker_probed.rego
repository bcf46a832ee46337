# METADATA
# title: "Every broker is probed"
# description: >-
#   The section probes asks a brokers probe of each component that is spoken to by a broker's protocol.
# schemas: [{input: schema.component}]
# custom:
#   id: operations.broker_probed
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add {probe: brokers, component: NAME, endpoint: …, every: P1D} to probes."
#   not_applicable: "no broker's protocol is spoken to it"
#   checks:
#     probe:
#       path: probes
#       message: "no brokers probe is asked for"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: brokers, component: event-broker, endpoint: "broker.example:9093", every: P1D}]
#   rationale: |
#     A broker listens in plaintext beside its TLS port more often than any other server, and its clients never
#     notice.
package limen.rules.operations.broker_probed

import data.limen.lib.sets

applicable := input.brokered

checks["probe"] := {"holds": count(sets.shared(["brokers"], input.probes)) > 0}
