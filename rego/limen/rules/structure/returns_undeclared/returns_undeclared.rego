# METADATA
# title: A flow says what comes back
# description: "Each flow declares its returns, perhaps empty, unless its protocol is one-way."
# schemas: [{input: schema.flow}]
# custom:
#   id: structure.returns_undeclared
#   subject: flow
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:CA-3", "eu-annex-11:4.3", "pci-dss-4.0.1:1.2.4"]
#   remediation: "List in returns the items that go from the target back to the source; write [] where nothing does."
#   not_applicable: "never: every flow is judged"
#   checks:
#     declared:
#       path: returns
#       message: "what it returns is not declared; {actual} {actual:item moves|items move} as far as is known"
#   avoid: |
#     - {id: query, from: api, to: clinical-db, carries: [query]}
#   prefer: |
#     - {id: query, from: api, to: clinical-db, carries: [query], returns: [submission]}
#   rationale: |
#     Most data leaves by the answer: a query carries three words, and its response the table. A diagram whose arrows
#     show only requests hides it.
package limen.rules.structure.returns_undeclared

applicable := true

checks["declared"] := {"holds": input.returns_declared, "actual": input.moves}
