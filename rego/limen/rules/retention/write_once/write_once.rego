# METADATA
# title: Older tiers are written once
# description: Every tier after the first is write-once.
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.write_once
#   subject: ledger
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-11", "21cfr11:11.10(c)", "21cfr11:11.10(e)", "eu-annex-11:7.1",
#     "pci-dss-4.0.1:10.3.2", "iso-27001-2022:5.33"]
#   remediation: "Set worm on each tier after the first, and lock the objects at the store."
#   not_applicable: the ledger has one tier or none
#   checks:
#     worm:
#       path: tiers
#       message: "{actual} of {tiers} {tiers:tier|tiers} can be overwritten although {actual:it is|they are} not the
#         first"
#   avoid: |
#     tiers: [{name: hot, until: P365D}, {name: cold, until: P7Y}]
#   prefer: |
#     tiers: [{name: hot, until: P365D}, {name: cold, until: P7Y, worm: true, encrypted: true}]
#   rationale: |
#     Nobody looks at old entries for years, which is time enough to change them. A medium that can't be overwritten
#     needs no watching.
package limen.rules.retention.write_once

applicable := input.tiers > 1

checks["worm"] := {
	"holds": input.later_tiers_without_worm == 0,
	"actual": input.later_tiers_without_worm,
	"tiers": input.tiers,
}
