# METADATA
# title: The right client certificate is taken, and an expired one is not
# description: >-
#   Where a certificate of the endpoint's own clients was presented, every version takes the right one and refuses
#   one that has expired.
# schemas: [{input: schema.tls_observation}]
# custom:
#   id: conformance.tls_client_certificates
#   subject: tls_observation
#   severity: high
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:IA-5(2)", "nist-800-53r5:SC-17", "45cfr164:164.312(d)", "nist-800-52r2:3.5"]
#   remediation: >-
#     Verify the validity of client certificates, and trust the authority that issues them; give the probe both, as
#     credential and as option expired.
#   not_applicable: "no certificate of its own clients was given to the probe"
#   checks:
#     expired:
#       path: mutual.expired_taken
#       needs: [mutual.expired_taken]
#       message: "an expired client certificate is taken"
#     right:
#       path: mutual.right_accepted
#       needs: [mutual.right_accepted]
#       message: "the right client certificate is refused"
#   avoid: |
#     # and an expired certificate is let in
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   prefer: |
#     # and the expired certificate is refused in the handshake
#     probes: [{probe: tls, flow: site-upload, endpoint: "gateway.example:443"}]
#   rationale: |
#     A certificate that has expired is one that nobody revokes any more: whoever left with it is still let in. And a
#     server that refuses everybody proves nothing by refusing a stranger.
package limen.rules.conformance.tls_client_certificates

applicable := input.mutual.presented

checks["expired"] := {"holds": input.mutual.expired_taken == false}

checks["right"] := {"holds": input.mutual.right_accepted}
