# METADATA
# title: "Brokers let nobody in who is not known"
# description: >-
#   A broker admits nobody without a credential, and nobody with an empty or well-known password.
# schemas: [{input: schema.brokers_observation}]
# custom:
#   id: conformance.brokers_access
#   subject: brokers_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:IA-3", "nist-800-53r5:IA-5", "nist-800-53r5:AC-3", "nist-800-53r5:CM-6",
#     "45cfr164:164.312(d)", "iso-27001-2022:8.5"]
#   remediation: >-
#     Demand a client certificate or a login of every connection, delete the users that the broker came with, and
#     change every password that a manual has.
#   not_applicable: "never: every listener is judged"
#   checks:
#     anonymous:
#       path: anonymous
#       needs: [anonymous]
#       message: "the broker admits who shows no credential at all"
#     password:
#       path: default_password
#       needs: [default_password]
#       message: "a login with an empty or well-known password is {actual}"
#   avoid: |
#     # rabbitmq.conf: loopback_users = none                 -- guest, guest
#     probes: [{probe: brokers, component: queue, endpoint: "amqps://queue.example:5671"}]
#   prefer: |
#     # rabbitmqctl delete_user guest
#     probes: [{probe: brokers, component: queue, endpoint: "amqps://queue.example:5671"}]
#   rationale: |
#     A broker holds what all services tell each other. Open ones are found within hours, and the first thing that is
#     tried at one that is not is what its manual says.
package limen.rules.conformance.brokers_access

applicable := true

checks["anonymous"] := {"holds": input.anonymous == "refused"}

checks["password"] := {
	"holds": input.default_password in {"refused", "unasked"},
	"actual": input.default_password,
}
