# METADATA
# title: "A place that keeps records says which"
# description: "What a component keeps and can read, as the flows tell, is among what it declares to store."
# schemas: [{input: schema.component}]
# custom:
#   id: rest.stores_declared
#   subject: component
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-28", "nist-800-53r5:CM-2", "45cfr164:164.312(a)(2)(iv)"]
#   remediation: >-
#     Declare the items in stores, with at_rest, partitions_by and isolation as the profiles ask; or say in the
#     flows that they go elsewhere.
#   not_applicable: "the flows bring nothing here to stay"
#   checks:
#     stores:
#       path: stores
#       message: "{actual} {actual:item stays|items stay} here readable and {actual:is|are} not in stores"
#   avoid: |
#     clinical-db: {zone: data, kind: datastore, at_rest: {key: clinical-store-key}}
#   prefer: |
#     clinical-db: {zone: data, kind: datastore, stores: [clinical-record], at_rest: {key: clinical-store-key}}
#   rationale: |
#     Encryption at rest, retention, row-level security and legal hold are asked of what is stored. A store that does
#     not say so would answer for none of them: it is told by what is brought to it and fetched from it again, by the
#     copies of a medium and by a key for one.
package limen.rules.rest.stores_declared

applicable := input.stores > 0

checks["stores"] := {"holds": input.stores_undeclared == 0, "actual": input.stores_undeclared}
