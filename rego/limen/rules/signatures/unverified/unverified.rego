# METADATA
# title: Signatures are checked where they can be read
# description: The receiving end of a flow verifies the signature of an item that it can have in plaintext.
# schemas: [{input: schema.wire}]
# custom:
#   id: signatures.unverified
#   subject: wire
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:SI-7", "21cfr11:11.30", "eu-annex-11:5", "45cfr164:164.312(c)(1)",
#     "45cfr164:164.312(c)(2)", "45cfr164:164.312(e)(2)(i)", "21cfr1305:1305.22", "21cfr1311:1311.55",
#     "21cfr1311:1311.210"]
#   remediation: "Add the signing key to the verifies_with of the receiving component."
#   not_applicable: "the item carries no signature, or stays sealed at the receiving end"
#   checks:
#     verified:
#       path: verified
#       message: "the item, {actual}, is signed, and the receiving end does not verify it"
#   avoid: |
#     gateway: {zone: ingress, kind: gateway, opens_with: [site-key]}      # verifies nothing
#   prefer: |
#     gateway: {zone: ingress, kind: gateway, opens_with: [site-key], verifies_with: [site-signing-key]}
#   rationale: |
#     A signature that nobody checks is decoration. The forged record arrives with a bad one, or with none, and is
#     taken all the same.
package limen.rules.signatures.unverified

applicable := input.verifiable

checks["verified"] := {"holds": input.verified, "actual": input.label.text}
