# METADATA
# title: "A bucket throws nothing away before its time"
# description: "No lifecycle rule takes objects or versions away before the declared duty to keep them is over."
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_lifecycle
#   subject: storage_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SI-12", "nist-800-53r5:AU-11", "21cfr1304:1304.04(a)", "45cfr164:164.316(b)(2)(i)",
#     "dscsa:582(d)(1)", "iso-27001-2022:5.33"]
#   remediation: "Lengthen the rule, or narrow its prefix to what need not be kept."
#   not_applicable: "it is no bucket, or nothing there must be kept"
#   checks:
#     kept:
#       path: lifecycle.expiries
#       needs: [lifecycle.expiries]
#       message: "a lifecycle rule takes things away after {actual}; the declaration has them kept for {required}"
#   avoid: |
#     LifecycleConfiguration: {Rules: [{Status: Enabled, Expiration: {Days: 90}}]}
#   prefer: |
#     LifecycleConfiguration: {Rules: [{Status: Enabled, Transitions: [{Days: 90, StorageClass: GLACIER}]}]}
#   rationale: |
#     A rule that was written to save money deletes silently, each night, and nobody approves it. When the record is
#     asked for, it is gone.
package limen.rules.conformance.storage_lifecycle

import data.limen.lib.logic

applicable := logic.both(input.form == "bucket", input.duty > 0)

checks["kept"] := {
	"holds": count(early) == 0,
	"actual": min(early | {input.duty}),
	"required": input.duty,
} if {
	expiries := input.lifecycle.expiries
	early := {seconds | some seconds in expiries; seconds < input.duty}
}
