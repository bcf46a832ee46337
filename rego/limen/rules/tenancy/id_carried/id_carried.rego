# METADATA
# title: "The tenant's id travels in header, row and signature"
# description: "A tenant's bound id is carried everywhere that the profile asks for."
# schemas: [{input: schema.tenant}]
# custom:
#   id: tenancy.id_carried
#   subject: tenant
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AU-10", "nist-800-53r5:SC-23"]
#   remediation: Put the bound id into each place that is missing and name it in binding.carried_in.
#   parameters:
#     id_places: {type: strings, stricter: more}
#   not_applicable: no component belongs to the tenant
#   checks:
#     places:
#       path: binding.carried_in
#       message: "the tenant's id is missing from {actual}"
#   avoid: |
#     binding: {carried_in: [header]}
#   prefer: |
#     binding: {carried_in: [header, row, signature]}
#   rationale: |
#     An id that is only in a header can be replaced on the way, and one that is only in the row is written by
#     whoever writes the row. Only where the signature covers it too is a record bound to its tenant.
package limen.rules.tenancy.id_carried

import data.limen.lib.sets
import data.limen.parameters

applicable := input.components > 0

checks["places"] := {
	"holds": count(sets.missing(parameters.id_places, input.binding.carried_in)) == 0,
	"actual": sets.missing(parameters.id_places, input.binding.carried_in),
	"required": parameters.id_places,
}
