# METADATA
# title: "A bucket keeps what is overwritten"
# description: "Versions of objects are kept, so that what is overwritten or deleted can be had again."
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_versioning
#   subject: storage_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:CP-9", "nist-800-53r5:SI-7", "21cfr11:11.10(c)", "45cfr164:164.312(c)(1)",
#     "iso-27001-2022:8.13"]
#   remediation: "Switch versioning on."
#   not_applicable: "only a bucket has versions"
#   checks:
#     on:
#       path: versioning
#       needs: [versioning]
#       message: "versioning is {actual}"
#   avoid: |
#     GET /backups?versioning    # Suspended
#   prefer: |
#     GET /backups?versioning    # Enabled
#   rationale: |
#     Without versions one request with a stolen credential empties a backup, and one with a wrong name overwrites a
#     record that the law wants kept.
package limen.rules.conformance.storage_versioning

applicable := input.form == "bucket"

checks["on"] := {"holds": input.versioning == "on", "actual": input.versioning}
