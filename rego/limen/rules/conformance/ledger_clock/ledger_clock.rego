# METADATA
# title: "A ledger's clock never runs back"
# description: "No record is older than the one before it, and none is of a time to come."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_clock
#   subject: ledger_observation
#   severity: medium
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-8", "21cfr11:11.10(e)", "45cfr164:164.312(b)", "pci-dss-4.0.1:10.6.1", "eu-annex-11:9"]
#   remediation: >-
#     Synchronise the clock of whoever writes the ledger, and find out whether records were written later than
#     they say.
#   parameters:
#     skew_maximum: {type: duration, stricter: lower}
#   not_applicable: "the ledger has no records"
#   checks:
#     clock:
#       path: clock.faults
#       needs: [clock.faults]
#       message: >-
#         records with a time before that of the record before, or none: {actual}; the first is record {record} at
#         byte {offset} ({kind}): expected {expected}, found {found}
#     future:
#       path: newest_at
#       needs: [newest_at]
#       message: "the last record is of a time that is still to come, {actual}; now it is {required}"
#   avoid: |
#     # {"_seq":13,"time":"2026-11-22T09:58:00.000000Z"}     # and record 12 is of 10:00
#   prefer: |
#     # {"_seq":13,"time":"2026-11-22T10:01:00.000000Z"}     # and record 12 is of 10:00
#   rationale: |
#     Times that run back come from a clock that was set, or from a record that was written to look older than it is.
#     Both take the order of events, and with it the audit trail, its worth.
package limen.rules.conformance.ledger_clock

import data.limen.parameters

applicable := input.records > 0

checks["clock"] := {
	"holds": input.clock.faults == 0,
	"actual": input.clock.faults,
	"record": input.clock.record,
	"offset": input.clock.offset,
	"kind": input.clock.kind,
	"expected": input.clock.expected,
	"found": input.clock.found,
}

checks["future"] := {
	"holds": input.newest_at <= (input.now + parameters.skew_maximum),
	"actual": input.newest_at,
	"required": input.now,
}
