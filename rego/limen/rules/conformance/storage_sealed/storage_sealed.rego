# METADATA
# title: "What rests is encrypted, as its store says"
# description: "A bucket, volume or database is encrypted by default, with an algorithm that is known."
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_sealed
#   subject: storage_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-28", "nist-800-53r5:SC-28(1)", "45cfr164:164.312(a)(2)(iv)", "iso-27001-2022:8.24",
#     "pci-dss-4.0.1:3.5.1"]
#   remediation: "Set the default encryption with a key of your own, and write what was stored before anew."
#   not_applicable: "records are no medium"
#   checks:
#     default:
#       path: seal.algorithm
#       needs: [seal.algorithm]
#       message: "the {form} seals new data with: {actual}"
#   avoid: |
#     GET /backups?encryption    # 404 ServerSideEncryptionConfigurationNotFoundError
#   prefer: |
#     GET /backups?encryption    # aws:kms, with the declared key
#   rationale: |
#     Who carries a disk away, or is given a copy of a bucket, reads what was not encrypted. A declaration of
#     encryption that nobody switched on protects nothing.
package limen.rules.conformance.storage_sealed

applicable := input.form != "records"

checks["default"] := {
	"holds": count({"none", "other"} & {input.seal.algorithm}) == 0,
	"form": input.form,
	"actual": input.seal.algorithm,
}
