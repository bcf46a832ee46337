# METADATA
# title: Entries are kept as long as what they speak of
# description: The last tier of a ledger ends no earlier than the profile and each compartment of what is logged demand.
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.ledger_period
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-11", "21cfr11:11.10(e)", "45cfr164:164.316(b)(2)(i)", "dscsa:582(b)(1)",
#     "dscsa:582(c)(1)", "dscsa:582(d)(1)", "dscsa:582(e)(1)", "21cfr1304:1304.04(a)", "21cfr1305:1305.27",
#     "21cfr1311:1311.60", "21cfr1311:1311.305", "pci-dss-4.0.1:10.5.1"]
#   remediation: Extend the last tier to the longest period that any of the records demands.
#   parameters:
#     ledger_retention: {type: duration, stricter: higher}
#     retention_minimum: {type: duration_table, stricter: higher}
#   not_applicable: nothing is recorded in the ledger
#   checks:
#     base:
#       path: tiers
#       needs: [kept]
#       message: "entries are kept for {actual}; the profile requires {required}"
#     compartment:
#       path: tiers
#       each: logged_label.compartments
#       needs: [kept]
#       message: "entries are kept for {actual}; {compartment} demands {required}"
#   avoid: |
#     crossing-log: {tiers: [{name: hot, until: P90D}]}
#   prefer: |
#     crossing-log: {tiers: [{name: hot, until: P365D}, {name: cold, until: P7Y, worm: true, encrypted: true,
#       proof_of_existence: rfc3161}]}
#   rationale: |
#     21 CFR 11.10(e) wants the audit trail for as long as the record that it speaks of. A trail that ends before its
#     record leaves a record that nobody can vouch for.
package limen.rules.retention.ledger_period

import data.limen.parameters

applicable := input.used > 0

checks.base := {
	"holds": input.kept >= parameters.ledger_retention,
	"actual": input.kept,
	"required": parameters.ledger_retention,
}

checks.compartment[i] := {
	"holds": input.kept >= minimum,
	"actual": input.kept,
	"required": minimum,
	"compartment": compartment,
} if {
	some i, compartment in input.logged_label.compartments
	minimum := object.get(parameters.retention_minimum, compartment, 0)
}
