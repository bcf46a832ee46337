# METADATA
# title: "A tenant says whose law binds it"
# description: >-
#   A tenant names its jurisdictions as ISO 3166 does, each subdivision with its country, and in the US the state.
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.jurisdictions
#   subject: tenant
#   severity: medium
#   confidence: certain
#   controls: ["21cfr1304:1304.04(a)", "nist-800-53r5:CM-2"]
#   remediation: "Declare jurisdictions such as [US, US-IA]."
#   not_applicable: "no component belongs to the tenant"
#   checks:
#     named:
#       path: jurisdictions
#       message: "no jurisdiction is named"
#     known:
#       path: misnamed_jurisdictions
#       message: >-
#         {actual} of {named} {named:jurisdiction|jurisdictions} {actual:is|are} unknown, or named without
#         {actual:its|their} country
#     state:
#       path: state_missing
#       message: "the US is named without a state"
#   avoid: |
#     pharmacy-014: {kind: pharmacy, jurisdictions: [Iowa]}
#   prefer: |
#     pharmacy-014: {kind: pharmacy, jurisdictions: [US, US-IA]}
#   rationale: |
#     Pharmacies are licensed by a state, whose periods of retention are often longer than the federal ones. Without
#     the state nobody can tell how long.
package limen.rules.tenancy.jurisdictions

applicable := input.components > 0

checks["named"] := {"holds": input.jurisdictions > 0}

checks["known"] := {
	"holds": input.misnamed_jurisdictions == 0,
	"actual": input.misnamed_jurisdictions,
	"named": input.jurisdictions,
}

checks["state"] := {"holds": input.state_missing == false}
