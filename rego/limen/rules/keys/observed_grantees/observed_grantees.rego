# METADATA
# title: The custodian grants the key to nobody else
# description: "The grantees observed at the key's custodian are among the declared ones."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.observed_grantees
#   subject: key
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:CA-7", "nist-800-53r5:SC-12", "pci-dss-4.0.1:3.6.1.3"]
#   remediation: "Revoke the grants beyond the declared ones at the custodian, and find out who gave them."
#   not_applicable: "nothing in the declaration uses the key, or its custodian tells nobody who may"
#   checks:
#     grantees:
#       path: grantees
#       needs: [grantees, observed_grantees_beyond]
#       message: "{actual} {actual:grantee|grantees} observed at the custodian {actual:is|are} not among the
#         {declared} declared"
#   avoid: |
#     # a KMS policy that grants kms:Decrypt to a role which no component has
#     keys:
#       phi-key: {grantees: [automation]}
#   prefer: |
#     # the KMS policy names exactly the role of `automation`
#     keys:
#       phi-key: {grantees: [automation]}
#   rationale: |
#     Grants pile up at custodians by hand and by accident, and a declaration never shows it. A single extra grantee
#     opens every record that the key ever sealed.
package limen.rules.keys.observed_grantees

import data.limen.lib.logic

applicable := logic.both(count(input.uses) > 0, input.grantees_observable)

checks["grantees"] := {
	"holds": input.observed_grantees_beyond == 0,
	"actual": input.observed_grantees_beyond,
	"declared": input.grantees,
}
