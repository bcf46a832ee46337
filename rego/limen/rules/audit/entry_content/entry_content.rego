# METADATA
# title: "Each entry says who did what to which record, and when"
# description: "A ledger's entries have every field that the profile asks for."
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.entry_content
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-3", "21cfr11:11.10(e)", "eu-annex-11:9", "eu-annex-11:12.4", "45cfr164:164.312(b)",
#     "21cfr1304:1304.21(a)", "21cfr1311:1311.215", "pci-dss-4.0.1:10.2.2", "iso-27001-2022:8.15"]
#   remediation: "Add the missing fields to the entries and to the ledger's records."
#   parameters:
#     entry_fields: {type: strings, stricter: more}
#   not_applicable: "never: every ledger is judged"
#   checks:
#     fields:
#       path: records
#       message: "entries lack {actual}"
#   avoid: |
#     records: [action, time]
#   prefer: |
#     records: [actor, action, record, time]
#   rationale: |
#     An entry without its actor accuses nobody, one without its record explains nothing. Part 11 asks for date and
#     time of operator entries and actions, AU-3 for who, what, when, where and outcome.
package limen.rules.audit.entry_content

import data.limen.lib.sets
import data.limen.parameters

applicable := true

checks["fields"] := {
	"holds": count(sets.missing(parameters.entry_fields, input.records)) == 0,
	"actual": sets.missing(parameters.entry_fields, input.records),
	"required": parameters.entry_fields,
}
