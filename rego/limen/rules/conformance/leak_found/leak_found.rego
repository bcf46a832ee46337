# METADATA
# title: "No identifier turns up where it must not"
# description: >-
#   Of the canaries that went through a flow or were planted, none lies in the place that was searched, in the
#   clear or encoded; and it is proven that one would have been seen.
# schemas: [{input: schema.leak_observation}]
# custom:
#   id: conformance.leak_found
#   subject: leak_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:SC-28", "nist-800-53r5:AC-4", "45cfr164:164.312(a)(1)", "45cfr164:164.502(b)",
#     "iso-27001-2022:8.11", "iso-27001-2022:8.12"]
#   remediation: >-
#     Find what writes it, by the file and offset in the recording, and have it write a token instead; then run the
#     probe again.
#   not_applicable: "nothing was looked for"
#   checks:
#     clear:
#       path: clear
#       needs: [clear]
#       message: "{actual} of {canaries} {canaries:canary lies|canaries lie} there in the clear"
#     encoded:
#       path: encoded
#       needs: [encoded]
#       message: >-
#         {actual} of {canaries} {canaries:canary lies|canaries lie} there in an encoding that anybody can read
#   avoid: |
#     log.info("dispensed %s to %s", ndc, patient_name)
#   prefer: |
#     log.info("dispensed", extra={"movement": token, "request": request_id})
#   rationale: |
#     Nobody means to write a patient's name into a log. It comes with an exception, a trace, a dump of a queue, a
#     table that was copied for a test. Base64 in a trace is no protection. That nothing was found shows something
#     only where the marker of the same request was.
package limen.rules.conformance.leak_found

applicable := input.canaries > 0

checks["clear"] := {"holds": input.clear == 0, "actual": input.clear, "canaries": input.canaries}

checks["encoded"] := {"holds": input.encoded == 0, "actual": input.encoded, "canaries": input.canaries}
