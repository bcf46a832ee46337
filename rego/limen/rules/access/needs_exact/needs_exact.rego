# METADATA
# title: "A role needs what it gets, and gets what it needs"
# description: >-
#   Every field that a role says it needs is moved by a flow open to it, and no flow open to it moves a field that none
#   of the flow's roles needs.
# schemas: [{input: schema.role}]
# custom:
#   id: access.needs_exact
#   subject: role
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "45cfr164:164.312(a)(1)"]
#   remediation: "Correct needs, or move fewer fields: declare fields on the flow."
#   not_applicable: "the role grants nothing, and all that it needs reaches it"
#   checks:
#     idle:
#       path: idle_needs
#       message: "{actual} {actual:field that it needs reaches|fields that it needs reach} it over no flow"
#     unneeded:
#       path: needs
#       message: "{actual} {actual:field reaches|fields reach} it that it does not say it needs"
#   avoid: |
#     roles:
#       reviewer: {permissions: ["report:read"], needs: {deid-report: [visit, dob]}}
#   prefer: |
#     roles:
#       reviewer: {permissions: ["report:read"], needs: {deid-report: [visit]}}
#   rationale: |
#     45 CFR 164.502(b) asks for the minimum necessary. A list of needs that is wider than the flows invites the next
#     field; one that is narrower says that somebody sees what nobody approved.
package limen.rules.access.needs_exact

import data.limen.lib.logic

applicable := logic.either(input.permissions > 0, input.idle_needs > 0)

checks["idle"] := {"holds": input.idle_needs == 0, "actual": input.idle_needs}

checks["unneeded"] := {"holds": input.unneeded == 0, "actual": input.unneeded}
