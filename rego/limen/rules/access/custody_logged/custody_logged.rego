# METADATA
# title: People who read identifying records are logged with custody
# description: A role for people that gets identifying items back logs each opening with custody.
# schemas: [{input: schema.role}]
# custom:
#   id: access.custody_logged
#   subject: role
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AU-2", "21cfr11:11.10(e)", "eu-annex-11:12.4",
#     "45cfr164:164.312(b)"]
#   remediation: "Set custody_logged on the role, and write an entry with the reason at each opening."
#   not_applicable: "the role is not for people, or gets nothing identifying back"
#   checks:
#     custody:
#       path: custody_logged
#       message: "identifying items come back to this role, which {holders} {holders:principal holds|principals hold},
#         and openings are not logged with custody"
#   avoid: |
#     roles: {investigator: {permissions: ["record:open-selected"], subjects: human}}
#   prefer: |
#     roles: {investigator: {permissions: ["record:open-selected"], subjects: human, custody_logged: true}}
#   rationale: |
#     Who looked at whose record, and why, is what patients ask and regulators check. A log of logins can't answer it.
package limen.rules.access.custody_logged

import data.limen.lib.logic

applicable := logic.both(input.subjects != "workload", input.reads_identifying)

checks["custody"] := {"holds": input.custody_logged, "holders": input.held_by_principals}
