# METADATA
# title: "Keys are in the custody of a KMS, an HSM or a secret store"
# description: "No key lies in an application's code, memory or configuration; its custodian is one of the profile's."
# schemas: [{input: schema.key}]
# custom:
#   id: rest.key_custody
#   subject: key
#   severity: critical
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:SC-28", "nist-800-53r5:SC-28(3)", "21cfr1311:1311.30",
#     "nist-800-57pt1r5:6.2.2", "pci-dss-4.0.1:3.6.1", "pci-dss-4.0.1:3.6.1.2", "pci-dss-4.0.1:3.7.3"]
#   remediation: >-
#     Move the key to a KMS, HSM or secret store, and replace its material, since the old one was readable.
#   parameters:
#     custodians: {type: strings, stricter: fewer}
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     custody:
#       path: custody
#       needs: [custody]
#       message: "the key is in the custody of {actual}; the profile requires one of {required}"
#   avoid: |
#     keys:
#       phi-key: {custody: configuration}
#   prefer: |
#     keys:
#       phi-key: {custody: kms, provider: aws-kms, id: alias/phi}
#   rationale: |
#     A key in an image, an environment file or a repository is copied with it, to every developer and every backup,
#     and no log shows who read it. A custodian decides for each use and keeps a record.
package limen.rules.rest.key_custody

import data.limen.parameters

applicable := count(input.uses) > 0

checks["custody"] := {
	"holds": input.custody in parameters.custodians,
	"actual": input.custody,
	"required": parameters.custodians,
}
