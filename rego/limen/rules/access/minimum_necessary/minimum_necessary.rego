# METADATA
# title: "A flow moves what its purpose needs, and no more"
# description: "A flow that moves identifying items states its purpose, its roles say which fields they need, and no
#   other field moves."
# schemas: [{input: schema.flow}]
# custom:
#   id: access.minimum_necessary
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-6", "45cfr164:164.502(b)", "pci-dss-4.0.1:1.3.2",
#     "iso-27001-2022:5.34"]
#   remediation: "State the purpose, list the fields that each role needs under roles.needs, and restrict the flow
#     with fields."
#   not_applicable: the flow moves nothing that identifies anybody
#   checks:
#     purpose:
#       path: purpose
#       message: "{items} identifying items move for no stated purpose"
#     needs:
#       path: authz.roles
#       message: "no role of the flow says which fields it needs"
#     fields:
#       path: fields
#       message: "{actual} {actual:field moves|fields move} that no role of the flow needs"
#   avoid: |
#     flows:
#       - {id: export, carries: [submission], authz: {roles: [statistician], permission: "report:read"}, ...}
#   prefer: |
#     roles:
#       statistician: {permissions: ["report:read"], subjects: human, needs: {submission: [visit, endpoint_value]}}
#     flows:
#       - {id: export, carries: [submission], fields: {submission: [visit, endpoint_value]},
#           purpose: Estimate the effect, ...}
#   rationale: |
#     45 CFR 164.502(b) limits uses and disclosures to the minimum necessary for the purpose. That can only be judged
#     where the purpose is stated and needs are written down field by field.
package limen.rules.access.minimum_necessary

applicable := input.necessity.identifying_items > 0

checks["purpose"] := {"holds": input.necessity.purpose, "items": input.necessity.identifying_items}

checks["needs"] := {"holds": input.necessity.needs_declared}

checks["fields"] := {"holds": input.necessity.fields_beyond == 0, "actual": input.necessity.fields_beyond}
