# METADATA
# title: Who was granted a key uses it
# description: No component is a grantee of a key for which the declaration knows no use.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.idle_grants
#   subject: key
#   severity: low
#   confidence: likely
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:SC-12", "pci-dss-4.0.1:3.6.1.3"]
#   remediation: "Revoke the grant, or declare what the grantee does with the key."
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     grantees:
#       path: grantees
#       needs: [grantees]
#       message: "{actual} of {granted} {granted:grantee|grantees} {actual:has|have} no declared use for the key"
#   avoid: |
#     keys:
#       phi-key: {grantees: [automation, old-batch-job]}
#   prefer: |
#     keys:
#       phi-key: {grantees: [automation]}
#   rationale: |
#     A grant without use serves only whoever takes the grantee over. Least privilege applies to keys first, since
#     one key opens everything that it ever sealed.
package limen.rules.keys.idle_grants

applicable := count(input.uses) > 0

checks["grantees"] := {
	"holds": input.grantees_not_using == 0,
	"actual": input.grantees_not_using,
	"granted": input.grantees,
}
