# METADATA
# title: "A zone says who may call, and means it"
# description: "Every zone declares its callers, and names no others where anyone may call."
# schemas: [{input: schema.zone}]
# custom:
#   id: access.callers_stated
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7(5)", "nist-800-53r5:AC-3", "nist-800-207:tenet-3", "iso-27001-2022:8.20"]
#   remediation: "Declare callers on the zone: those who have to, or anyone alone at a threshold."
#   not_applicable: "every zone is judged"
#   checks:
#     stated:
#       path: callers_declared
#       message: "nobody says who may call"
#     alone:
#       path: callers
#       message: "anyone may call, so that the {named} {named:caller|callers} named beside {named:is|are} no limit"
#   avoid: |
#     zones:
#       partners: {trust: 0, callers: ["zone:egress", anyone]}
#   prefer: |
#     zones:
#       partners: {trust: 0, callers: ["zone:egress"]}
#   rationale: |
#     Deny by default needs a list. A list that ends in anyone looks like one in a review and is none, which is how a
#     door stays open after the test that needed it.
package limen.rules.access.callers_stated

import data.limen.lib.logic

applicable := true

checks["stated"] := {"holds": input.callers_declared}

checks["alone"] := {
	"holds": logic.either(input.anonymous == false, input.standing.named_callers == 0),
	"named": input.standing.named_callers,
}
