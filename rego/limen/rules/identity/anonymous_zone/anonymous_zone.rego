# METADATA
# title: A zone that anyone may call is rate limited and little trusted
# description: >-
#   Where anyone is among the callers of a zone, its callers are rate limited and its trust is within the profile's
#   maximum.
# schemas: [{input: schema.zone}]
# custom:
#   id: identity.anonymous_zone
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-14", "nist-800-53r5:SC-5", "nist-800-53r5:SC-7", "pci-dss-4.0.1:1.4.2"]
#   remediation: "Limit the rate of callers at the edge and declare rate_limited, or name the callers."
#   parameters:
#     anonymous_trust: {type: integer, stricter: lower}
#   not_applicable: the zone names its callers
#   checks:
#     rate:
#       path: rate_limited
#       message: "anyone may call, at trust {trust}, and no rate limit is declared"
#     trust:
#       path: callers
#       message: "anyone may call at trust {actual}; the profile allows it up to {required}"
#   avoid: |
#     untrusted: {trust: 0, callers: [anyone]}
#   prefer: |
#     untrusted: {trust: 0, callers: [anyone], rate_limited: true}
#   rationale: |
#     An open door must at least be narrow: without a limit, guessing credentials, harvesting records and exhausting
#     the service cost the caller nothing. It leads to a threshold, never to where records or keys rest: a zone that
#     is trusted knows who calls.
package limen.rules.identity.anonymous_zone

import data.limen.parameters

applicable := input.anonymous

checks["rate"] := {"holds": input.rate_limited, "trust": input.trust}

checks["trust"] := {
	"holds": input.trust <= parameters.anonymous_trust,
	"actual": input.trust,
	"required": parameters.anonymous_trust,
}
