# METADATA
# title: Architects' own invariants hold
# description: "No witness was found against an assertion, and what it speaks of exists."
# schemas: [{input: schema.assertion}]
# custom:
#   id: structure.assertion_broken
#   subject: assertion
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:PL-8", "nist-800-53r5:SC-7"]
#   remediation: Take away or reroute the flow that the witness shows; the smallest cut says how many are needed.
#   not_applicable: "never: every assertion is judged"
#   checks:
#     applies:
#       path: applies
#       message: "its item does not exist, or a place is empty or excepted, so that the assertion asserts nothing"
#     holds:
#       path: broken
#       message: "a witness breaks the assertion; a cut of {actual} {actual:flow|flows} would mend it"
#   avoid: |
#     assertions:
#       - {id: through-the-gate, never: {from: untrusted, to: data, except_via: [ingress]}}
#     flows:
#       - {id: backdoor, from: site-portal, to: clinical-db, ...}
#   prefer: |
#     assertions:
#       - {id: through-the-gate, never: {from: untrusted, to: data, except_via: [ingress]}}
#     flows:
#       - {id: upload, from: site-portal, to: gateway, ...}
#   rationale: |
#     What the architects promised must stay true while others add flows. An assertion states it once, and each change
#     is held against it with a path that shows how it breaks.
package limen.rules.structure.assertion_broken

applicable := true

checks["applies"] := {"holds": input.applies}

checks["holds"] := {"holds": input.broken == false, "actual": input.cut}
