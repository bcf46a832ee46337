# METADATA
# title: "Records are there for as long as they must be kept"
# description: >-
#   The oldest record is as old as the duty asks for, none is missing without a recorded deletion, and each
#   deletion came in its time and was approved.
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_retention
#   subject: storage_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-11", "nist-800-53r5:SI-12", "21cfr11:11.10(c)", "21cfr11:11.10(e)",
#     "21cfr1304:1304.04(a)", "45cfr164:164.316(b)(2)(i)", "dscsa:582(d)(1)"]
#   remediation: >-
#     Bring the records back from a backup, find who deleted them, and let nobody delete without the declared
#     approvals.
#   not_applicable: "it is no table or ledger of records"
#   checks:
#     reach:
#       path: records.gap
#       needs: [records.gap]
#       message: "the oldest record is {actual} younger than it must be"
#     explained:
#       path: records.unexplained
#       needs: [records.unexplained]
#       message: "{actual} {actual:record|records} missing without a recorded deletion"
#     early:
#       path: records.early
#       needs: [records.early]
#       message: "{actual} {actual:record was|records were} deleted before the duty to keep was over"
#     approved:
#       path: records.unapproved
#       needs: [records.unapproved]
#       message: "{actual} {actual:deletion has|deletions have} fewer approvers than declared"
#   avoid: |
#     DELETE FROM ledger WHERE time < now() - interval '1 year'
#   prefer: |
#     SELECT retire(batch => 2019, approved_by => ARRAY['records-officer', 'legal-counsel'])
#   rationale: |
#     That records are kept for seven years is shown by a record of seven years ago. What was deleted in between shows
#     in the numbers that are missing, and only the log of deletions says whether it was lawful.
package limen.rules.conformance.storage_retention

applicable := input.form == "records"

checks["reach"] := {"holds": input.records.gap == 0, "actual": input.records.gap}

checks["explained"] := {"holds": input.records.unexplained == 0, "actual": input.records.unexplained}

checks["early"] := {"holds": input.records.early == 0, "actual": input.records.early}

checks["approved"] := {"holds": input.records.unapproved == 0, "actual": input.records.unapproved}
