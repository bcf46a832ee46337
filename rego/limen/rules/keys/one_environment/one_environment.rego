# METADATA
# title: A key lives in one environment
# description: "A key declares its environment, and no other key is the same material under another name."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.one_environment
#   subject: key
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-12", "nist-800-57pt1r5:5.2", "pci-dss-4.0.1:3.6.1.4",
#     "iso-27001-2022:8.31"]
#   remediation: "Make a key of its own in each environment, and give each declared key its own id at the custodian."
#   not_applicable: nothing in the declaration uses the key
#   checks:
#     environment:
#       path: environment
#       needs: [environment]
#       message: "the key serves {actual} {actual:environment|environments}, {declared} among them"
#     material:
#       path: same_material
#       message: "{actual} other {actual:key is|keys are} the same material at the custodian"
#   avoid: |
#     keys:
#       phi-key: {provider: aws-kms, id: alias/phi, environment: production}
#       phi-key-test: {provider: aws-kms, id: alias/phi, environment: test}
#   prefer: |
#     keys:
#       phi-key: {provider: aws-kms, id: alias/phi, environment: production}
#       phi-key-test: {provider: aws-kms, id: alias/phi-test, environment: test}
#   rationale: |
#     Test systems have more users and fewer guards. A key that works in both lets whoever has a laptop with the
#     test profile open production's records.
package limen.rules.keys.one_environment

applicable := count(input.uses) > 0

checks["environment"] := {
	"holds": input.environments <= 1,
	"actual": input.environments,
	"declared": input.environment,
}

checks["material"] := {"holds": input.same_material == 0, "actual": input.same_material}
