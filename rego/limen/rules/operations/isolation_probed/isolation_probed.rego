# METADATA
# title: "Every store of several tenants is probed"
# description: >-
#   The section probes asks a tenancy probe of each component that stores rows of more than one tenant.
# schemas: [{input: schema.component}]
# custom:
#   id: operations.isolation_probed
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:CA-7", "nist-800-53r5:CA-2", "nist-800-207:tenet-5"]
#   remediation: "Add {probe: tenancy, component: NAME, endpoint: …, credential: …, every: P1D} to probes."
#   not_applicable: "it stores no tenant's rows, or those of one"
#   checks:
#     probe:
#       path: probes
#       message: "no tenancy probe is asked for, and {actual} tenants' rows are stored here"
#   avoid: |
#     probes: []
#   prefer: |
#     probes: [{probe: tenancy, component: inventory-db, endpoint: "inventory-db.example:5432", credential: "env:DSN",
#       every: P1D}]
#   rationale: |
#     Row-level security is one statement in a migration away from being off, and nothing in an application shows it.
#     The probe asks as one tenant for another's rows.
package limen.rules.operations.isolation_probed

import data.limen.lib.sets

applicable := input.tenants_stored > 1

checks["probe"] := {"holds": count(sets.shared(["tenancy"], input.probes)) > 0, "actual": input.tenants_stored}
