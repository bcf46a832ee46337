# METADATA
# title: "Every entry is redacted, whatever the flow moves today"
# description: >-
#   A recorded flow declares that identifiers stay out of its entries, even where nothing that it moves has any.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.redacted_always
#   subject: flow
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:AU-3", "nist-800-53r5:SI-12", "iso-27001-2022:8.11"]
#   remediation: "Run the redactor before the writer on every flow, and set audit.redacts to true."
#   not_applicable: "the flow names no ledger that is declared"
#   checks:
#     redacts:
#       path: audit.redacts
#       message: "entries are not declared to be redacted"
#   avoid: |
#     audit: {ledger: crossing-log, by: to}
#   prefer: |
#     audit: {ledger: crossing-log, by: to, redacts: true}
#   rationale: |
#     A ledger can't forget. The field that somebody adds to an item next year is in its entries for good, unless the
#     redactor was there before it.
package limen.rules.audit.redacted_always

applicable := input.audit.ledger == "declared"

checks["redacts"] := {"holds": input.audit.redacts}
