# METADATA
# title: Each change is searched for secrets
# description: Repositories are scanned for literal secrets in continuous integration.
# schemas: [{input: schema.system}]
# custom:
#   id: secrets.scanning
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-3", "nist-800-53r5:IA-5", "nist-800-53r5:IA-5(7)", "nist-800-53r5:RA-5",
#     "pci-dss-4.0.1:8.6.2"]
#   remediation: "Scan each change before it is merged, and set secrets.scanning with in_ci: true."
#   not_applicable: "never: the system is always judged"
#   checks:
#     scanned:
#       path: secrets.scanning.in_ci
#       message: "changes are not scanned for secrets; a section for secrets is there: {actual}"
#   avoid: |
#     secrets: {store: vault, scanning: {repository: .}}
#   prefer: |
#     secrets: {store: vault, scanning: {repository: ., in_ci: true}}
#   rationale: |
#     Sooner or later somebody commits a key. It is worthless if that is noticed in minutes, and an incident if it is
#     noticed by a stranger.
package limen.rules.secrets.scanning

applicable := true

checks["scanned"] := {"holds": input.secrets.scanned_in_ci, "actual": input.secrets.declared}
