# METADATA
# title: Records are kept as long as the law demands
# description: "An item declares how long it is kept, no shorter than each of its compartments demands."
# schemas: [{input: schema.data}]
# custom:
#   id: retention.period
#   subject: data
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SI-12", "21cfr11:11.10(c)", "eu-annex-11:7.1", "45cfr164:164.316(b)(2)(i)",
#     "dscsa:582(b)(1)", "dscsa:582(c)(1)", "dscsa:582(d)(1)", "dscsa:582(e)(1)", "21cfr1304:1304.04(a)",
#     "21cfr1305:1305.27", "21cfr1311:1311.60", "21cfr1311:1311.210", "21cfr1311:1311.305", "iso-27001-2022:5.33"]
#   remediation: Declare retention as the longest period that any of the item's compartments demands.
#   parameters:
#     retention_minimum: {type: duration_table, stricter: higher}
#   not_applicable: no compartment of the item has a period in the profile
#   checks:
#     declared:
#       path: retention
#       message: "how long it is kept is not declared"
#     compartment:
#       path: retention
#       each: label.compartments
#       needs: [retention]
#       message: "it is kept for {actual}; {compartment} demands {required}"
#   avoid: |
#     epcis-event: {label: {level: confidential, compartments: [serialization]}, retention: P2Y}
#   prefer: |
#     epcis-event: {label: {level: confidential, compartments: [serialization]}, retention: P6Y}
#   rationale: |
#     A record that is gone when the inspector asks counts as never made. Federal periods are minima: 2 years for
#     controlled substances, 6 for transaction information and for HIPAA documentation; states and sponsors ask for
#     more.
package limen.rules.retention.period

import data.limen.lib.sets
import data.limen.parameters

applicable := count(sets.shared(input.label.compartments, object.keys(parameters.retention_minimum))) > 0

checks.declared := {"holds": input.retained}

checks.compartment[i] := {
	"holds": input.retention >= minimum,
	"actual": input.retention,
	"required": minimum,
	"compartment": compartment,
} if {
	some i, compartment in input.label.compartments
	minimum := object.get(parameters.retention_minimum, compartment, 0)
}
