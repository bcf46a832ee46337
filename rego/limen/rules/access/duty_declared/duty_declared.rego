# METADATA
# title: "Duties that the flows set apart are declared apart"
# description: >-
#   Whoever makes a record neither stores it nor signs what comes of it, whoever signs does not send, and whoever
#   sends a transfer does not acknowledge it: each such pair of permissions stands in separation_of_duties.
# schemas: [{input: schema.duty_pair}]
# custom:
#   id: access.duty_declared
#   subject: duty_pair
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-5", "21cfr11:11.10(g)", "21cfr1304:1304.21(a)"]
#   remediation: "Add the pair to separation_of_duties, and see that nobody holds both."
#   not_applicable: "nothing in the flows sets the two apart"
#   checks:
#     declared:
#       path: declared
#       message: "the flows set the two permissions apart, and separation_of_duties does not"
#   avoid: |
#     separation_of_duties: []     # with flows that ask for packet:upload, record:write and submission:sign
#   prefer: |
#     separation_of_duties:
#       - ["packet:upload", "record:write"]
#       - ["packet:upload", "submission:sign"]
#       - ["record:write", "submission:sign"]
#   rationale: |
#     Which duties must be apart is a property of the process, and the flows are the process. A pair that is left out
#     is not judged, and the one person who then does both is found by the inspector.
package limen.rules.access.duty_declared

applicable := input.demanded

checks["declared"] := {"holds": input.declared}
