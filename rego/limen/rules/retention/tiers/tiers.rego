# METADATA
# title: Tiers follow one another without a gap
# description: "A ledger declares its tiers, and each ends later than the one before."
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.tiers
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-11", "nist-800-53r5:SI-12", "21cfr11:11.10(c)", "eu-annex-11:17",
#     "pci-dss-4.0.1:10.5.1"]
#   remediation: "Declare the tiers from the youngest to the oldest, each with a later until."
#   not_applicable: "never: every ledger is judged"
#   checks:
#     declared:
#       path: tiers
#       message: "no tier is declared, so nothing says how long entries are kept"
#     order:
#       path: tier_gaps
#       message: "{actual} of {tiers} {tiers:tier|tiers} {actual:ends|end} no later than the one before"
#   avoid: |
#     tiers: [{name: hot, until: P3Y}, {name: cold, until: P1Y}]
#   prefer: |
#     tiers: [{name: hot, until: P365D}, {name: cold, until: P7Y, worm: true, encrypted: true}]
#   rationale: |
#     Entries are lost when they move: out of one tier before the next one takes them. Periods that don't follow one
#     another are how that looks on paper.
package limen.rules.retention.tiers

applicable := true

checks["declared"] := {"holds": input.tiers > 0}

checks["order"] := {"holds": input.tier_gaps == 0, "actual": input.tier_gaps, "tiers": input.tiers}
