# METADATA
# title: Personal and inventory data are in plaintext apart
# description: "Behind the threshold, no component but a tenant's own can have data of a personal compartment and of
#   an inventory compartment in plaintext."
# schemas: [{input: schema.component}]
# custom:
#   id: access.phi_apart_from_inventory
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:AC-6", "45cfr164:164.502(b)"]
#   remediation: "Split the component, or keep one of the two sealed here, so that who counts stock never sees a
#     patient, and the other way round."
#   parameters:
#     phi_compartments: {type: strings, stricter: more}
#     inventory_compartments: {type: strings, stricter: more}
#   not_applicable: "no personal data can be in plaintext here, or data enters the system here, or the component is a
#     tenant's own"
#   checks:
#     apart:
#       path: effective_label
#       message: "what can be in plaintext here, {label}, is personal and of these inventory compartments too: {actual}"
#   avoid: |
#     reporting: {opens_with: [patient-key, stock-key]}
#   prefer: |
#     patient-reporting: {opens_with: [patient-key]}
#     stock-reporting: {opens_with: [stock-key]}
#   rationale: |
#     Serial numbers and stock counts go to many partners; a patient's record may go to almost none. Where one place
#     reads both, everybody who needs the first gets at the second, and a lot number becomes a way to find a person.
package limen.rules.access.phi_apart_from_inventory

import data.limen.lib.logic
import data.limen.lib.sets
import data.limen.parameters

# A tenant's own component holds both of its own; the threshold must read what it checks, but only where data enters.
applicable := logic.both(
	logic.both(input.tenant == false, input.entry == false),
	count(sets.shared(input.effective_label.compartments, parameters.phi_compartments)) > 0,
)

checks["apart"] := {"holds": count(both) == 0, "actual": both, "label": input.effective_label.text} if {
	both := sets.shared(input.effective_label.compartments, parameters.inventory_compartments)
}
