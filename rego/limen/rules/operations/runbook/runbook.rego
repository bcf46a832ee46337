# METADATA
# title: There is a runbook for incidents
# description: The incident response names a runbook.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.runbook
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IR-8", "nist-800-53r5:IR-4", "45cfr164:164.308(a)(6)(ii)"]
#   remediation: "Write the runbook and name its path under incident_response.runbook."
#   not_applicable: "never: the system is always judged"
#   checks:
#     named:
#       path: incident_response.runbook
#       message: "no runbook is named; an incident response is declared: {actual}"
#   avoid: |
#     incident_response: {triggers: [chain-mismatch], hook: ops-webhook}
#   prefer: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch], hook: ops-webhook}
#   rationale: |
#     At three in the morning people do what is written down. What is not, they invent, and destroy the evidence
#     first.
package limen.rules.operations.runbook

applicable := true

checks["named"] := {"holds": input.incident_response.runbook, "actual": input.incident_response.declared}
