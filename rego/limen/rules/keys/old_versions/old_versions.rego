# METADATA
# title: What old versions sealed stays readable
# description: "A key that is used retains its old versions, so that records and signatures outlive its rotation."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.old_versions
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-12(1)", "21cfr11:11.10(c)", "eu-annex-11:7.1",
#     "eu-annex-11:17", "21cfr1304:1304.04(a)", "21cfr1311:1311.305", "nist-800-57pt1r5:8.3.1"]
#   remediation: >-
#     Set retains_old_versions to true and keep old versions at the custodian, for opening and verifying only.
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     retained:
#       path: retains_old_versions
#       message: >-
#         old versions are not retained: what they sealed or signed can't be read or verified after a rotation
#   avoid: |
#     keys:
#       phi-key: {rotation: P365D, retains_old_versions: false}
#   prefer: |
#     keys:
#       phi-key: {rotation: P365D, retains_old_versions: true}
#   rationale: |
#     Records must be retrievable as long as the law keeps them, two years for controlled substances and six under
#     DSCSA. A rotation that throws the old version away destroys them as surely as a deletion.
package limen.rules.keys.old_versions

applicable := count(input.uses) > 0

checks["retained"] := {"holds": input.retains_old_versions, "actual": input.retains_old_versions}
