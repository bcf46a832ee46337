# METADATA
# title: An inner zone is trusted at least as much as the one around it
# description: A zone that lies within another has no lower trust.
# schemas: [{input: schema.zone}]
# custom:
#   id: structure.nested_trust
#   subject: zone
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:PL-8", "nist-800-53r5:SC-7"]
#   remediation: "Raise the trust of the inner zone, or take it out of the other."
#   not_applicable: the zone lies within no other
#   checks:
#     gain:
#       path: trust_gain
#       message: "the trust, {trust}, is below that of the zone around it; the difference is {actual}"
#   avoid: |
#     zones: {processing: {trust: 2}, data: {trust: 1, within: processing}}
#   prefer: |
#     zones: {processing: {trust: 2}, data: {trust: 3, within: processing}}
#   rationale: |
#     Walls go round what is worth more. A less trusted zone inside a trusted one is a hole in its middle: its
#     components are already past the outer threshold.
package limen.rules.structure.nested_trust

applicable := input.nested

checks["gain"] := {"holds": input.trust_gain >= 0, "actual": input.trust_gain, "trust": input.trust}
