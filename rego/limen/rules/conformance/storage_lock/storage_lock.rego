# METADATA
# title: "A bucket locks what is declared as written once"
# description: >-
#   Each new object of a tier that is written once is locked by default, in a mode that the profile allows, for as
#   long as it must be kept.
# schemas: [{input: schema.storage_observation}]
# custom:
#   id: conformance.storage_lock
#   subject: storage_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AU-9", "nist-800-53r5:AU-11", "nist-800-53r5:SI-12", "21cfr11:11.10(e)",
#     "21cfr1304:1304.04(a)", "iso-27001-2022:5.33"]
#   remediation: "Set a default retention on the bucket, in compliance mode, as long as the ledger's last tier."
#   parameters:
#     lock_modes: {type: strings, stricter: fewer}
#   not_applicable: "nothing there is declared as written once"
#   checks:
#     mode:
#       path: lock.mode
#       needs: [lock.mode]
#       message: "the object lock is: {actual}; the profile allows {required}"
#     retention:
#       path: lock.retention
#       needs: [lock.retention]
#       message: "new objects are locked for {actual}; the declaration has them kept for {required}"
#   avoid: |
#     DefaultRetention: {Mode: GOVERNANCE, Days: 365}
#   prefer: |
#     DefaultRetention: {Mode: COMPLIANCE, Years: 7}
#   rationale: |
#     Written once is what a store enforces, not what a program promises. In governance mode whoever holds one more
#     permission deletes; and a lock that ends before the duty leaves the rest to good will.
package limen.rules.conformance.storage_lock

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.form == "bucket", input.write_once)

checks["mode"] := {
	"holds": input.lock.mode in parameters.lock_modes,
	"actual": input.lock.mode,
	"required": parameters.lock_modes,
}

checks["retention"] := {
	"holds": input.lock.retention >= input.duty,
	"actual": input.lock.retention,
	"required": input.duty,
}
