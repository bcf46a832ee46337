# METADATA
# title: "A ledger is at hand for as long as the profile says"
# description: >-
#   A ledger has the number of tiers that the profile asks for, and the first of them lasts at least as long as the
#   profile says.
# schemas: [{input: schema.ledger}]
# custom:
#   id: retention.hot_period
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-11", "nist-800-53r5:AU-6"]
#   remediation: "Keep entries in the first tier for longer."
#   parameters:
#     hot_minimum: {type: duration, stricter: higher}
#     tiers_minimum: {type: integer, stricter: higher}
#   not_applicable: "the ledger declares no tiers"
#   checks:
#     hot:
#       path: hot
#       needs: [hot]
#       message: >-
#         the first of {tiers} {tiers:tier|tiers} ends after {actual}; the profile requires {required}, in {least}
#         {least:tier|tiers} at least
#   avoid: |
#     tiers: [{name: hot, until: P1D}, {name: cold, until: P7Y, worm: true}]
#   prefer: |
#     tiers: [{name: hot, until: P365D}, {name: warm, until: P3Y, worm: true}, {name: cold, until: P7Y, worm: true}]
#   rationale: |
#     Most intrusions are noticed after months. What was moved to tape by then is looked at last.
package limen.rules.retention.hot_period

import data.limen.lib.logic
import data.limen.parameters

applicable := input.tiers > 0

checks["hot"] := {
	"holds": logic.both(input.tiers >= parameters.tiers_minimum, input.hot >= parameters.hot_minimum),
	"actual": input.hot,
	"tiers": input.tiers,
	"required": parameters.hot_minimum,
	"least": parameters.tiers_minimum,
}
