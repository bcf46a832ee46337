# METADATA
# title: Who uses a key was granted it
# description: "Every component that seals, opens, signs or makes tokens with a key is one of its declared grantees."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.granted_users
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:SC-12", "45cfr164:164.312(a)(1)", "21cfr1311:1311.30",
#     "nist-800-57pt1r5:5.2", "pci-dss-4.0.1:3.6.1", "pci-dss-4.0.1:3.6.1.3"]
#   remediation: >-
#     List the component under the key's grantees, at the custodian too, or take the key out of its opens_with,
#     seals_with or signs_with.
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     users:
#       path: grantees
#       needs: [grantees]
#       message: "{actual} {actual:component uses|components use} the key without being among its {granted}
#         {granted:grantee|grantees}"
#   avoid: |
#     keys:
#       phi-key: {grantees: [automation]}
#     components:
#       report: {opens_with: [phi-key]}
#   prefer: |
#     keys:
#       phi-key: {grantees: [automation, report]}
#     components:
#       report: {opens_with: [phi-key]}
#   rationale: |
#     The list of grantees is what the key's owner approved. A component that uses the key without being on it
#     either fails in production or holds the material by another way, which is worse.
package limen.rules.keys.granted_users

applicable := count(input.uses) > 0

checks["users"] := {
	"holds": input.users_not_granted == 0,
	"actual": input.users_not_granted,
	"granted": input.grantees,
}
