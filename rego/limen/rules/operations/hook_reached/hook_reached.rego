# METADATA
# title: "What an incident calls is ours and can be called"
# description: >-
#   The hook of incident_response lies in a zone of at least the profile's trust, and a flow goes to it.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.hook_reached
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-6", "nist-800-53r5:SI-7"]
#   remediation: "Name a component of ours that raises the alarm, and the flow that calls it."
#   parameters:
#     hook_trust: {type: integer, stricter: higher}
#   not_applicable: "nothing is called"
#   checks:
#     trust:
#       path: incident_response.hook_trust
#       needs: [incident_response.hook_trust]
#       message: "the hook's zone has trust {actual}; the profile requires {required}"
#     called:
#       path: incident_response.hook_called
#       message: "no flow goes to the hook"
#   avoid: |
#     incident_response: {hook: portal}
#   prefer: |
#     incident_response: {hook: alarm}
#   rationale: |
#     An alarm that rings at a partner's desk, or nowhere, is found in the report after the incident.
package limen.rules.operations.hook_reached

import data.limen.parameters

applicable := input.incident_response.hook

checks["trust"] := {
	"holds": input.incident_response.hook_trust >= parameters.hook_trust,
	"actual": input.incident_response.hook_trust,
	"required": parameters.hook_trust,
}

checks["called"] := {"holds": input.incident_response.hook_called}
