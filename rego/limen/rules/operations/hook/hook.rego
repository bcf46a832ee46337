# METADATA
# title: An incident calls somebody
# description: The incident response names what is called.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.hook
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:IR-4(1)", "nist-800-53r5:IR-6", "eu-annex-11:13", "45cfr164:164.308(a)(6)(ii)",
#     "pci-dss-4.0.1:10.7.2", "iso-27001-2022:5.26"]
#   remediation: "Name the hook under incident_response.hook."
#   not_applicable: "never: the system is always judged"
#   checks:
#     named:
#       path: incident_response.hook
#       message: "nothing is called; an incident response is declared: {actual}"
#   avoid: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch]}
#   prefer: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch], hook: ops-webhook}
#   rationale: |
#     Between the event and the person who acts there must be something that runs unattended, at night too.
package limen.rules.operations.hook

applicable := true

checks["named"] := {"holds": input.incident_response.hook, "actual": input.incident_response.declared}
