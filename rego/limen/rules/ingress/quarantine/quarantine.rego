# METADATA
# title: What fails at entry has a place of its own
# description: A component where data enters from a zone of trust 0 or from a tenant names a quarantine for what it
#   refuses.
# schemas: [{input: schema.component}]
# custom:
#   id: ingress.quarantine
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7", "nist-800-53r5:SI-10", "eu-annex-11:5", "dscsa:582(b)(4)", "dscsa:582(c)(4)",
#     "dscsa:582(d)(4)", "dscsa:582(e)(4)"]
#   remediation: "Name under ingress.quarantine a component that keeps what failed, apart from production."
#   not_applicable: no flow brings data here from outside
#   checks:
#     place:
#       path: ingress.quarantine
#       message: "nothing takes what fails the checks; an ingress section is declared: {actual}"
#   avoid: |
#     gateway: {ingress: {validates: [epcis-event]}}
#   prefer: |
#     gateway: {ingress: {validates: [epcis-event], quarantine: dead-letter}}
#   rationale: |
#     What is refused without a trace can't be investigated, and what is kept with the rest gets used. Suspect product
#     has to be set aside and looked into.
package limen.rules.ingress.quarantine

applicable := input.entry

checks["place"] := {"holds": input.ingress.quarantine, "actual": input.ingress.declared}
