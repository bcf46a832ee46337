# METADATA
# title: "What belongs to a compartment moves in an envelope"
# description: >-
#   An item whose label has a compartment is sealed wherever it moves, inside trusted zones too; a copy of a medium
#   is sealed as the medium is.
# schemas: [{input: schema.wire}]
# custom:
#   id: transit.sealed_compartments
#   subject: wire
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8(1)", "nist-800-53r5:AC-4", "nist-800-207:tenet-2",
#     "45cfr164:164.312(e)(2)(ii)", "iso-27001-2022:8.24"]
#   remediation: >-
#     Add a sealed layer to the flow's protection of the item, with a key that only the intended reader opens.
#   not_applicable: >-
#     the item has no compartment, or a medium moves, or key material, which the key around it protects
#   checks:
#     sealed:
#       path: plaintext
#       message: "the item, {label}, moves in plaintext"
#   avoid: |
#     flows:
#       - {id: store, from: intake, to: db, carries: [record]}
#   prefer: |
#     flows:
#       - {id: store, from: intake, to: db, carries: [record], protection: {record: [{sealed: record-key}]}}
#   rationale: |
#     A compartment says that not everybody inside may know. TLS protects a record from those outside: every proxy,
#     queue and trace inside still reads it. No network is trusted for where it is.
package limen.rules.transit.sealed_compartments

import data.limen.lib.logic

applicable := logic.both(count(input.label.compartments) > 0, logic.either(input.storage, input.key_material) == false)

checks["sealed"] := {"holds": input.plaintext == false, "label": input.label.text}
