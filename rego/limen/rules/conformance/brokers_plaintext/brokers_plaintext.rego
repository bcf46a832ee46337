# METADATA
# title: "Brokers answer to nobody without TLS"
# description: >-
#   A broker's listener does not answer its protocol in plaintext.
# schemas: [{input: schema.brokers_observation}]
# custom:
#   id: conformance.brokers_plaintext
#   subject: brokers_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8", "nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(1)",
#     "45cfr164:164.312(e)(2)(ii)", "pci-dss-4.0.1:4.2.1", "nist-800-207:tenet-2"]
#   remediation: >-
#     Switch the plaintext listener off (listeners.tcp = none, port 0, security.protocol SSL or SASL_SSL), or keep it
#     to the machine itself.
#   not_applicable: "never: every listener is judged"
#   checks:
#     refused:
#       path: plaintext
#       needs: [plaintext]
#       message: "the listener answers {protocol} in plaintext"
#   avoid: |
#     # redis.conf: port 6379
#     probes: [{probe: brokers, component: queue, endpoint: "redis://queue.example:6379"}]
#   prefer: |
#     # redis.conf: port 0, tls-port 6380
#     probes: [{probe: brokers, component: queue, endpoint: "redis://queue.example:6380"}]
#   rationale: |
#     What goes through a broker in plaintext is read by whoever is on the way, its passwords first. A listener that
#     is open beside the one for TLS will be used: by the client whose certificate has just expired.
package limen.rules.conformance.brokers_plaintext

applicable := true

checks["refused"] := {"holds": input.plaintext == "refused", "protocol": input.protocol}
