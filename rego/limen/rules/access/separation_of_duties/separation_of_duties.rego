# METADATA
# title: Nobody holds two duties that must stay apart
# description: "No principal, component or single role holds both permissions of a pair, and both are permissions that
#   some role grants."
# schemas: [{input: schema.duty_pair}]
# custom:
#   id: access.separation_of_duties
#   subject: duty_pair
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-5", "nist-800-53r5:AC-6", "21cfr11:11.10(g)", "21cfr1311:1311.125",
#     "nist-800-207:5.3", "iso-27001-2022:5.3"]
#   remediation: Split the role or take one of the two permissions from the holder; correct the pair where a
#     permission is misspelt.
#   not_applicable: the pair is not declared
#   checks:
#     known:
#       path: known
#       message: "{actual} of {required} permissions {actual:is|are} granted by some role, so the pair guards nothing"
#     role:
#       path: roles
#       message: "{actual} {actual:role grants|roles grant} both"
#     principal:
#       path: principals
#       message: "{actual} {actual:principal holds|principals hold} both"
#     component:
#       path: components
#       message: "{actual} {actual:component holds|components hold} both"
#   avoid: |
#     principals: {jane: {roles: [site_coordinator, regulatory_reviewer]}}
#     separation_of_duties: [["packet:upload", "submission:sign"]]
#   prefer: |
#     principals: {jane: {roles: [regulatory_reviewer]}, tom: {roles: [site_coordinator]}}
#     separation_of_duties: [["packet:upload", "submission:sign"]]
#   rationale: |
#     Fraud and error need two people where the one who enters is not the one who approves. A holder of both roles
#     undoes that silently, and so does a service account that acts in both.
package limen.rules.access.separation_of_duties

applicable := input.declared

# A misspelt permission would otherwise be kept apart from everything, for ever.
checks["known"] := {"holds": input.known == 2, "actual": input.known, "required": 2}

checks["role"] := {"holds": input.roles == 0, "actual": input.roles}

checks["principal"] := {"holds": input.principals == 0, "actual": input.principals}

checks["component"] := {"holds": input.components == 0, "actual": input.components}
