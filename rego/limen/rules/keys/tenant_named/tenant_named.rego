# METADATA
# title: "One tenant's key says whose it is"
# description: >-
#   A key that protects the data of exactly one tenant declares that tenant, so that the next tenant who gets it is
#   seen.
# schemas: [{input: schema.key}]
# custom:
#   id: keys.tenant_named
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-12", "nist-800-53r5:AC-4"]
#   remediation: "Declare tenant on the key."
#   not_applicable: "the key protects no tenant's data, or that of several"
#   checks:
#     tenant:
#       path: tenant
#       message: "one tenant uses the key, which belongs to nobody by declaration"
#   avoid: |
#     keys:
#       pharmacy-014-key: {custody: kms, provider: vault, id: encrypt/pharmacy-014}
#   prefer: |
#     keys:
#       pharmacy-014-key: {custody: kms, provider: vault, id: encrypt/pharmacy-014, tenant: pharmacy-014}
#   rationale: |
#     The day a second pharmacy is given the key by mistake, a key that says whose it is contradicts the mistake; one
#     that does not becomes a shared key without anybody having decided so.
package limen.rules.keys.tenant_named

applicable := input.tenants == 1

checks["tenant"] := {"holds": input.tenant_bound}
