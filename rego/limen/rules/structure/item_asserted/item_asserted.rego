# METADATA
# title: "What is most secret has an assertion of its own"
# description: >-
#   An item from the profile's level upwards is named by an assertion of `in: any`: somebody thought of where it may
#   never be, sealed or not.
# schemas: [{input: schema.data}]
# custom:
#   id: structure.item_asserted
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-3"]
#   remediation: "Add an assertion such as never: {data: ITEM, reaches: PLACE, in: any}."
#   parameters:
#     asserted_level: {type: integer, stricter: lower}
#   not_applicable: "the item is below the profile's level"
#   checks:
#     assertion:
#       path: asserted
#       message: "the item is {actual}, and no assertion says where it may never be, sealed or not"
#   avoid: |
#     assertions: []
#   prefer: |
#     assertions:
#       - {id: participants-stay, never: {data: clinical-record, reaches: partners, in: any}}
#   rationale: |
#     Clearances say where an item may be today. An assertion says where it may never be, whoever changes the
#     clearances; it is the one sentence that a reviewer can hold a change against.
package limen.rules.structure.item_asserted

import data.limen.parameters

applicable := input.label.level >= parameters.asserted_level

checks["assertion"] := {"holds": input.asserted > 0, "actual": input.label.text}
