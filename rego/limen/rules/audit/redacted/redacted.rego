# METADATA
# title: Identifiers stay out of entries
# description: A recorded flow that moves identifying items redacts them in its entry.
# schemas: [{input: schema.flow}]
# custom:
#   id: audit.redacted
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-3", "nist-800-53r5:SI-12", "45cfr164:164.312(a)(1)", "iso-27001-2022:8.12"]
#   remediation: Set audit.redacts to true and write tokens of identifiers into the entry instead of the identifiers.
#   not_applicable: "the flow is not recorded, or moves nothing that identifies anybody"
#   checks:
#     redacts:
#       path: audit.redacts
#       message: "entries of a flow with {items} identifying items are not declared to be redacted"
#   avoid: |
#     audit: {ledger: crossing-log, by: to}
#   prefer: |
#     audit: {ledger: crossing-log, by: to, redacts: true}
#   rationale: |
#     A ledger can't forget: what is written into a chain stays for years and is read by more people than the record
#     itself. A token lets entries be joined without naming the patient.
package limen.rules.audit.redacted

import data.limen.lib.logic

applicable := logic.both(input.audit.ledger == "declared", input.necessity.identifying_items > 0)

checks["redacts"] := {"holds": input.audit.redacts, "items": input.necessity.identifying_items}
