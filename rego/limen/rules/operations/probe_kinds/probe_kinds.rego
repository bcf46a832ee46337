# METADATA
# title: "Every kind of probe that the profile names is asked for"
# description: "The section probes asks for at least one probe of each kind that the profile requires."
# schemas: [{input: schema.system}]
# custom:
#   id: operations.probe_kinds
#   subject: system
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add an entry for each missing kind; limen probe --plan shows what would be contacted."
#   parameters:
#     probe_kinds: {type: strings, stricter: more}
#   not_applicable: "the profile requires no kind of probe"
#   checks:
#     kinds:
#       path: probes
#       message: "no probe of these kinds is asked for: {missing}"
#   avoid: |
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     probes:
#       - {probe: tls, flow: site-upload, endpoint: "gateway.example:443"}
#       - {probe: secrets, endpoint: "."}
#   rationale: |
#     Each kind of probe sees what no other does: TLS says nothing of keys, and a ledger nothing of secrets in a
#     repository.
package limen.rules.operations.probe_kinds

import data.limen.lib.sets
import data.limen.parameters

applicable := true

checks["kinds"] := {"holds": count(absent) == 0, "missing": absent}

absent := sets.missing(parameters.probe_kinds, input.probes)
