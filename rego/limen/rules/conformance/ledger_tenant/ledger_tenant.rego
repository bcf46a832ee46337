# METADATA
# title: "A tenant's ledger holds that tenant's records only"
# description: "Each record of a ledger that belongs to one tenant is of that tenant."
# schemas: [{input: schema.ledger_observation}]
# custom:
#   id: conformance.ledger_tenant
#   subject: ledger_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-3", "nist-800-53r5:AC-4", "nist-800-53r5:SC-4", "45cfr164:164.312(a)(1)"]
#   remediation: >-
#     Stop the writer, and find out how another tenant's records came into this ledger; both tenants may have to
#     be told.
#   not_applicable: "the ledger may hold records of several tenants, or has none"
#   checks:
#     tenant:
#       path: tenant.faults
#       needs: [tenant.faults]
#       message: >-
#         records of another tenant: {actual}; the first is record {record} at byte {offset} ({kind}):
#         expected {expected}, found {found}
#   avoid: |
#     # {"_seq":13,"tenant":"pharmacy-022"}     # in the ledger of pharmacy-014
#   prefer: |
#     # {"_seq":13,"tenant":"pharmacy-014"}     # in the ledger of pharmacy-014
#   rationale: |
#     A foreign record in a ledger is either a mix-up of tenants or an attempt to hide one among another's. Nobody may
#     read the ledger of one tenant and learn of the other.
package limen.rules.conformance.ledger_tenant

import data.limen.lib.logic

applicable := logic.both(input.tenant.required, input.records > 0)

checks["tenant"] := {
	"holds": input.tenant.faults == 0,
	"actual": input.tenant.faults,
	"record": input.tenant.record,
	"offset": input.tenant.offset,
	"kind": input.tenant.kind,
	"expected": input.tenant.expected,
	"found": input.tenant.found,
}
