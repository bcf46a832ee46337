# METADATA
# title: "A ledger's clock has a source and a limit"
# description: >-
#   A ledger takes the time from a source of the profile, and its clock deviates no more than the profile allows.
# schemas: [{input: schema.ledger}]
# custom:
#   id: audit.clock
#   subject: ledger
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-8", "nist-800-53r5:AU-12(1)", "21cfr11:11.10(e)", "eu-annex-11:9", "eu-annex-11:12.4",
#     "21cfr1311:1311.55", "21cfr1311:1311.120", "21cfr1311:1311.205", "21cfr1311:1311.215", "pci-dss-4.0.1:10.6.1",
#     "iso-27001-2022:8.17"]
#   remediation: >-
#     Declare clock with a synchronised source such as nts and a max_skew within the maximum, and alarm beyond it.
#   parameters:
#     clock_sources: {type: strings, stricter: fewer}
#     skew_maximum: {type: duration, stricter: lower}
#   not_applicable: "never: every ledger is judged"
#   checks:
#     source:
#       path: clock.source
#       message: "the clock's source is {actual}; the profile requires one of {required}"
#     skew:
#       path: clock.max_skew
#       needs: [clock_max_skew]
#       message: "the clock may deviate by {actual}; the profile requires {required} at most"
#   avoid: |
#     clock: {source: local, max_skew: PT1H}
#   prefer: |
#     clock: {source: ntp, max_skew: PT5M}
#   rationale: |
#     The order of events across hosts is what an investigation is about, and a clock without a source can be set.
#     SP 800-53 AU-8 asks for time stamps that can be compared with UTC.
package limen.rules.audit.clock

import data.limen.parameters

applicable := true

checks["source"] := {
	"holds": input.clock_source in parameters.clock_sources,
	"actual": input.clock_source,
	"required": parameters.clock_sources,
}

checks["skew"] := {
	"holds": input.clock_max_skew <= parameters.skew_maximum,
	"actual": input.clock_max_skew,
	"required": parameters.skew_maximum,
}
