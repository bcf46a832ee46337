# METADATA
# title: "The most trusted zones have an assertion on the way in"
# description: >-
#   A zone from the profile's trust upwards that a flow enters is the end of an assertion: somebody said which ways
#   to it may never be.
# schemas: [{input: schema.zone}]
# custom:
#   id: structure.way_asserted
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7", "nist-800-53r5:SC-7(5)", "nist-800-53r5:CA-3"]
#   remediation: "Add an assertion such as never: {from: untrusted, to: ZONE, except_via: [ingress]}."
#   parameters:
#     asserted_trust: {type: integer, stricter: lower}
#   not_applicable: "the zone is below the profile's trust, or no flow enters it"
#   checks:
#     assertion:
#       path: asserted
#       message: "trust is {actual}, and no assertion ends here"
#   avoid: |
#     assertions: []
#   prefer: |
#     assertions:
#       - {id: through-the-gate, never: {from: untrusted, to: data, except_via: [ingress]}}
#   rationale: |
#     Callers say who may knock. An assertion says which ways there may never be, over however many hops, and stays
#     true or breaks when the flows change.
package limen.rules.structure.way_asserted

import data.limen.lib.logic
import data.limen.parameters

applicable := logic.both(input.trust >= parameters.asserted_trust, input.entering_flows > 0)

checks["assertion"] := {"holds": input.asserted > 0, "actual": input.trust}
