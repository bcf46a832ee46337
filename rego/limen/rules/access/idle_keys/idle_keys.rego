# METADATA
# title: "A component has no key that it does not need"
# description: >-
#   Every key that a component opens, seals, signs or verifies with serves something that a flow brings to it or
#   takes from it.
# schemas: [{input: schema.component}]
# custom:
#   id: access.idle_keys
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-6", "nist-800-207:tenet-3", "iso-27001-2022:8.2",
#     "nist-800-53r5:SC-12", "pci-dss-4.0.1:3.6.1.3"]
#   remediation: >-
#     Take the key from the component, at the custodian too; or declare the layer of `protection` that it is for.
#   not_applicable: "every component is judged"
#   checks:
#     opens:
#       path: opens_with
#       message: "nothing that arrives is sealed with {actual} of the keys that it opens with"
#     seals:
#       path: seals_with
#       message: "nothing that leaves is sealed with {actual} of the keys that it seals with"
#     signs:
#       path: signs_with
#       message: "nothing that leaves is signed with {actual} of the keys that it signs with"
#     verifies:
#       path: verifies_with
#       message: "nothing that arrives is signed with {actual} of the keys that it verifies with"
#   avoid: |
#     components:
#       packager: {opens_with: [report-key, patient-key]}      # no flow brings anything under patient-key
#   prefer: |
#     components:
#       packager: {opens_with: [report-key]}
#   rationale: |
#     A key that a component does not need is a key that its intruder has. And where the key is right, the flow is
#     wrong: an envelope or a signature was forgotten on the way.
package limen.rules.access.idle_keys

applicable := true

checks["opens"] := {"holds": input.use.idle_opening == 0, "actual": input.use.idle_opening}

checks["seals"] := {"holds": input.use.idle_sealing == 0, "actual": input.use.idle_sealing}

checks["signs"] := {"holds": input.use.idle_signing == 0, "actual": input.use.idle_signing}

checks["verifies"] := {"holds": input.use.idle_verifying == 0, "actual": input.use.idle_verifying}
