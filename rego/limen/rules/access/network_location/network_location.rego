# METADATA
# title: A place in the network authorises nobody
# description: No flow takes an address or a segment for authorisation.
# schemas: [{input: schema.flow}]
# custom:
#   id: access.network_location
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-3", "21cfr11:11.10(d)", "eu-annex-11:12.1", "nist-800-207:2.2",
#     "nist-800-207:tenet-2", "nist-800-207:tenet-3"]
#   remediation: "Take network_location off and authorise by the identity and role of the caller."
#   not_applicable: "never: every flow is judged"
#   checks:
#     location:
#       path: authz.network_location
#       message: "an address serves as authorisation"
#   avoid: |
#     authz: {network_location: true}
#   prefer: |
#     authz: {roles: [ingestion_service], permission: "record:write"}
#   rationale: |
#     Being inside is no proof of anything: the first compromised host inside has every right that the network gives.
#     Zero trust grants access by who asks, each time.
package limen.rules.access.network_location

applicable := true

checks["location"] := {"holds": input.authz.network_location == false, "actual": input.authz.network_location}
