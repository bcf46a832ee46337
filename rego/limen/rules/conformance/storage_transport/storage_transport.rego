# METADATA
# title: "A bucket is asked over TLS only"
# description: "The policy of a bucket refuses every request that does not come over TLS, from whomever."
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_transport
#   subject: storage_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-8", "nist-800-53r5:SC-8(1)", "45cfr164:164.312(e)(1)", "pci-dss-4.0.1:4.2.1",
#     "iso-27001-2022:8.24"]
#   remediation: >-
#     Deny all actions to all principals where aws:SecureTransport is false, on the bucket and on its objects.
#   not_applicable: "only a bucket has such a policy"
#   checks:
#     refused:
#       path: tls_only
#       needs: [tls_only]
#       message: "requests without TLS are let in"
#   avoid: |
#     Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:role/backup"}, Action: "s3:*",
#       Resource: "*"}]
#   prefer: |
#     Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: [BUCKET, BUCKET/*], Condition: {Bool:
#       {"aws:SecureTransport": "false"}}}]
#   rationale: |
#     An object store answers on the plain port, too, unless its policy refuses. One client with the wrong address
#     then sends its credential's signature and the data in the clear.
package limen.rules.conformance.storage_transport

applicable := input.form == "bucket"

checks["refused"] := {"holds": input.tls_only}
