# METADATA
# title: "The key of tenants' ids does nothing else"
# description: "A key that tenants' ids are derived with makes no product, and seals, signs and wraps nothing."
# schemas: [{input: schema.key}]
# custom:
#   id: keys.binding_alone
#   subject: key
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-57pt1r5:5.2", "nist-800-53r5:SC-12"]
#   remediation: "Give the other use a key of its own; two uses of one HMAC key need domains that can't meet."
#   not_applicable: "no tenant's id is derived with the key"
#   checks:
#     products:
#       path: products
#       message: "{actual} {actual:product of a component is|products of components are} made with the key"
#     uses:
#       path: uses
#       message: "the key is used for {actual}"
#   avoid: |
#     binding: {algorithm: HMAC-SHA-256, key: sum-key, inputs: [npi]}
#   prefer: |
#     binding: {algorithm: HMAC-SHA-256, key: tenant-binding-key, inputs: [npi]}
#   rationale: |
#     Who can have a product computed under the key can have it computed over another tenant's attributes, and so make
#     that tenant's id. A key of its own keeps the question from being asked.
package limen.rules.keys.binding_alone

import data.limen.lib.sets

applicable := input.binds

checks["products"] := {"holds": input.products == 0, "actual": input.products}

checks["uses"] := {"holds": count(sets.missing(input.uses, ["derive"])) == 0, "actual": input.uses}
