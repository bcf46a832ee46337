# METADATA
# title: "A probe knows where to ask, and as whom"
# description: >-
#   Each entry of probes gives an endpoint, and a credential where the service tells a stranger nothing.
# schemas: [{input: schema.probe}]
# custom:
#   id: operations.probe_reach
#   subject: probe
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Declare endpoint, and credential as a reference: env:NAME, file:PATH or vault:PATH."
#   not_applicable: "every probe has somewhere to ask"
#   checks:
#     endpoint:
#       path: endpoint
#       message: "no endpoint is given: the probe {probe} has nowhere to ask"
#     credential:
#       path: credential
#       message: "no credential is given, and without one the probe {probe} learns nothing"
#   avoid: |
#     probes: [{probe: kms, key: phi-key}]
#   prefer: |
#     probes: [{probe: kms, key: phi-key, endpoint: "https://kms.example:8200", credential: "env:KMS_TOKEN"}]
#   rationale: |
#     What a probe can't reach stays not assessed for ever, and is soon read as not applicable.
package limen.rules.operations.probe_reach

import data.limen.lib.logic

applicable := true

checks["endpoint"] := {"holds": input.endpoint, "probe": input.probe}

checks["credential"] := {"holds": logic.either(input.credential, input.needs_credential == false), "probe": input.probe}
