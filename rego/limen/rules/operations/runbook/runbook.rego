# METADATA
# title: There is a runbook for incidents
# description: The incident response names a runbook.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.runbook
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IR-4", "nist-800-53r5:IR-8", "eu-annex-11:13", "45cfr164:164.308(a)(6)(i)",
#     "45cfr164:164.308(a)(6)(ii)", "45cfr164:164.316(b)(1)", "pci-dss-4.0.1:12.10.1", "iso-27001-2022:5.24",
#     "iso-27001-2022:5.37"]
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
