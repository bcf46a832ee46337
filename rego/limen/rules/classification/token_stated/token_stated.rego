# METADATA
# title: "An item of tokens says so"
# description: >-
#   An item without identifiers, and with a field that is named as a token, declares that its values are tokens.
# schemas: [{input: schema.data}]
# custom:
#   id: classification.token_stated
#   subject: data
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4"]
#   remediation: "Declare token: true, or name the field for what it is."
#   not_applicable: "the item has identifiers, or no field that is named as a token"
#   checks:
#     token:
#       path: token
#       message: >-
#         {actual} {actual:field is|fields are} named as {actual:a token|tokens}, and the item does not say that it
#         holds tokens
#   avoid: |
#     deid-report: {fields: [subject_token, visit]}
#   prefer: |
#     deid-report: {fields: [subject_token, visit], token: true}
#   rationale: |
#     A token is worth as much as the way back from it. Rules on ways back and on raw identifiers ask only of items
#     that say they hold tokens.
package limen.rules.classification.token_stated

import data.limen.lib.logic

applicable := logic.both(input.token_fields > 0, input.identifiers == 0)

checks["token"] := {"holds": input.token, "actual": input.token_fields}
