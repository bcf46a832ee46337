# METADATA
# title: Failed controls start the response
# description: "Every event that the profile lists starts the incident response, failures of cryptography among them."
# schemas: [{input: schema.system}]
# custom:
#   id: operations.triggers
#   subject: system
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:IR-4", "nist-800-53r5:IR-4(1)", "nist-800-53r5:IR-5", "nist-800-53r5:SI-4",
#     "eu-annex-11:13", "45cfr164:164.308(a)(6)(ii)", "21cfr1311:1311.150", "nist-800-57pt1r5:5.5",
#     "pci-dss-4.0.1:10.3.4", "pci-dss-4.0.1:10.7.2", "iso-27001-2022:5.24", "iso-27001-2022:5.26",
#     "iso-27001-2022:8.16"]
#   remediation: "List the missing events under incident_response.triggers and wire each to the hook."
#   parameters:
#     incident_triggers: {type: strings, stricter: more}
#   not_applicable: "never: the system is always judged"
#   checks:
#     complete:
#       path: incident_response.triggers
#       message: "events that start nothing: {actual}"
#   avoid: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch]}
#   prefer: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch, tenant-collision, schedule-anomaly,
#       crypto-failure]}
#   rationale: |
#     A control that fails is caught by an exception handler, logged at level debug and tried again. Unless it starts
#     something, nobody hears of it.
package limen.rules.operations.triggers

import data.limen.lib.sets
import data.limen.parameters

applicable := true

checks["complete"] := {"holds": count(lacking) == 0, "actual": lacking, "required": parameters.incident_triggers} if {
	lacking := sets.missing(parameters.incident_triggers, input.incident_response.triggers)
}
