# METADATA
# title: "A bucket lets nobody in whom it does not know"
# description: >-
#   Public access is blocked, neither policy nor list lets anyone in, and a request without a credential is
#   refused.
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_public
#   subject: storage_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:SC-7", "45cfr164:164.312(a)(1)", "iso-27001-2022:8.3",
#     "pci-dss-4.0.1:7.2.1"]
#   remediation: >-
#     Block public access in all four ways, and take what is public out of the policy and the access control list.
#   not_applicable: "only a bucket can be public so"
#   checks:
#     block:
#       path: open.block
#       needs: [open.block]
#       message: "public access is blocked in some of four ways or in none: {actual}"
#     policy:
#       path: open.policy
#       needs: [open.policy]
#       message: "the policy lets anyone in"
#     acl:
#       path: open.acl
#       needs: [open.acl]
#       message: "the access control list lets anyone in"
#     anonymous:
#       path: open.anonymous
#       needs: [open.anonymous]
#       message: "a request without a credential was let in"
#   avoid: |
#     Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: BUCKET/*}]
#   prefer: |
#     PublicAccessBlockConfiguration: {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true,
#       RestrictPublicBuckets: true}
#   rationale: |
#     Most great leaks of buckets were one statement too wide. The block holds against the next one; a store that
#     knows no such block is judged by its policy, its list, and what it answers to a stranger.
package limen.rules.conformance.storage_public

applicable := input.form == "bucket"

checks["block"] := {"holds": input.open.block in {"all", "unsupported"}, "actual": input.open.block}

checks["policy"] := {"holds": input.open.policy == false}

checks["acl"] := {"holds": input.open.acl == false}

checks["anonymous"] := {"holds": input.open.anonymous == false}
