# METADATA
# title: What leaves for an untrusted zone is signed
# description: Every item that leaves for a zone of trust 0 carries a signature of a key that the sender holds.
# schemas: [{input: schema.component}]
# custom:
#   id: signatures.egress_unsigned
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AU-10", "nist-800-53r5:SC-8(1)", "21cfr11:11.30", "21cfr11:11.70",
#     "45cfr164:164.312(e)(2)(i)", "dscsa:582(g)(1)(A)", "dscsa:582(g)(1)@dispensers", "dscsa:582(g)(1)@manufacturers",
#     "dscsa:582(g)(1)@small-dispensers", "dscsa:582(g)(1)@wholesale-distributors", "21cfr1305:1305.21",
#     "21cfr1311:1311.170"]
#   remediation: "Add a signed layer to the protection of each item on the flows that leave, with a key of the
#     signs_with of the component."
#   not_applicable: nothing leaves from here for a zone of trust 0
#   checks:
#     signed:
#       path: signs_with
#       message: "{actual} of {items} {items:item|items} {actual:leaves|leave} unsigned"
#   avoid: |
#     - {id: submit, from: packager, to: sponsor, carries: [submission],
#         protection: {submission: [{sealed: sponsor-key}]}}
#   prefer: |
#     - {id: submit, from: packager, to: sponsor, carries: [submission],
#         protection: {submission: [{sealed: sponsor-key}, {signed: submission-signing-key}]}}
#   rationale: |
#     Once outside, a record is whatever its holder says it is. A signature that travels with it lets anyone tell what
#     was sent from what was made of it, years later and without asking the sender.
package limen.rules.signatures.egress_unsigned

import data.limen.lib.logic

applicable := logic.both(input.egress, input.egress_items > 0)

checks["signed"] := {"holds": input.egress_unsigned == 0, "actual": input.egress_unsigned, "items": input.egress_items}
