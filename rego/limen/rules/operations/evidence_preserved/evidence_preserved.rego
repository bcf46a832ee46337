# METADATA
# title: Evidence is sealed before anything is repaired
# description: The incident response preserves evidence first.
# schemas: [{input: schema.system}]
# custom:
#   id: operations.evidence_preserved
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-11", "nist-800-53r5:IR-4", "eu-annex-11:13",
#     "45cfr164:164.308(a)(6)(ii)", "iso-27001-2022:5.28"]
#   remediation: "Set incident_response.preserves_evidence, and make the first step of the runbook a snapshot."
#   not_applicable: "never: the system is always judged"
#   checks:
#     preserved:
#       path: incident_response.preserves_evidence
#       message: "evidence is not preserved; an incident response is declared: {actual}"
#   avoid: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch]}
#   prefer: |
#     incident_response: {runbook: docs/incident.md, triggers: [chain-mismatch], preserves_evidence: true}
#   rationale: |
#     Restarting the service is the natural reflex, and it wipes memory, connections and temporary files. What was
#     done, and to whose data, can then no longer be told.
package limen.rules.operations.evidence_preserved

applicable := true

checks["preserved"] := {"holds": input.incident_response.preserves_evidence, "actual": input.incident_response.declared}
