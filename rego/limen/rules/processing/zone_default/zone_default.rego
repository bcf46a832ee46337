# METADATA
# title: "A zone's default in processing is whole, inherited or not"
# description: >-
#   Where a zone declares a default in processing, it keeps plaintext in envelopes, out of logs, dumps and traces,
#   and overwrites it, whether or not anything holds plaintext there today.
# schemas: [{input: schema.zone}]
# custom:
#   id: processing.zone_default
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CM-6", "nist-800-53r5:SC-4", "iso-27001-2022:8.9"]
#   remediation: "Declare all six fields of posture.processing on the zone at their protecting values."
#   not_applicable: "the zone declares no default in processing"
#   checks:
#     envelope:
#       path: posture.processing.envelope
#       message: "items need not stay in an envelope by default"
#     fields:
#       path: posture.processing.field_encryption
#       message: "sensitive fields are not encrypted by default"
#     zeroize:
#       path: posture.processing.zeroize
#       message: "buffers are not overwritten by default"
#     logging:
#       path: posture.processing.plaintext_logging
#       message: "plaintext in logs is {actual} by default"
#     dumps:
#       path: posture.processing.core_dumps
#       message: "core dumps are {actual} by default"
#     debug:
#       path: posture.processing.debug_output
#       message: "debug output is {actual} by default"
#   avoid: |
#     zones:
#       app: {trust: 2, posture: {processing: {envelope: true, core_dumps: enabled}}}
#   prefer: |
#     zones:
#       app: {trust: 2, posture: {processing: {envelope: true, field_encryption: true, zeroize: true,
#         plaintext_logging: forbidden, core_dumps: disabled, debug_output: forbidden}}}
#   rationale: |
#     What holds no plaintext today gets some with the next flow. The default is what it is then judged by, and what
#     its operator has configured all along.
package limen.rules.processing.zone_default

applicable := input.standing.protects_processing

checks["envelope"] := {"holds": input.standing.processing.envelope}

checks["fields"] := {"holds": input.standing.processing.field_encryption}

checks["zeroize"] := {"holds": input.standing.processing.zeroize}

checks["logging"] := {
	"holds": input.standing.processing.plaintext_logging == "forbidden",
	"actual": input.standing.processing.plaintext_logging,
}

checks["dumps"] := {
	"holds": input.standing.processing.core_dumps == "disabled",
	"actual": input.standing.processing.core_dumps,
}

checks["debug"] := {
	"holds": input.standing.processing.debug_output == "forbidden",
	"actual": input.standing.processing.debug_output,
}
