# METADATA
# title: Every component takes part
# description: "A component has a flow, and a flow reaches it unless data starts there."
# schemas: [{input: schema.component}]
# custom:
#   id: structure.component_unreachable
#   subject: component
#   severity: low
#   confidence: certain
#   controls: ["nist-800-53r5:CM-2", "nist-800-53r5:PL-8", "eu-annex-11:4.3", "nist-800-207:tenet-1"]
#   remediation: "Declare the flows of the component, or remove it."
#   not_applicable: "never: every component is judged"
#   checks:
#     connected:
#       path: flows
#       message: "no flow starts, ends or passes here"
#     reachable:
#       path: reachable
#       message: "{actual} {actual:flow is|flows are} here, but none reaches it and nothing starts here"
#   avoid: |
#     components: {archive: {zone: data, kind: datastore}}       # and no flow names it
#   prefer: |
#     components: {archive: {zone: data, kind: datastore, stores: [submission]}}
#     flows: [{id: archive, from: automation, to: archive, carries: [submission], returns: [], ...}]
#   rationale: |
#     A component that nothing reaches is either gone or is reached by flows that nobody declared. The second is where
#     data leaks.
package limen.rules.structure.component_unreachable

import data.limen.lib.logic

applicable := true

checks["connected"] := {"holds": input.flows > 0}

checks["reachable"] := {
	"holds": logic.either(input.flows == 0, input.reachable),
	"actual": input.flows,
}
