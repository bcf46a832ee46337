# METADATA
# title: The source is among the callers of each zone that it enters
# description: "Every zone that a flow enters on its way says who may call, and the source matches one of those
#   entries."
# schemas: [{input: schema.flow}]
# custom:
#   id: identity.caller_not_allowed
#   subject: flow
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:SC-7(5)", "21cfr11:11.10(d)", "eu-annex-11:12.1",
#     "nist-800-207:tenet-3", "pci-dss-4.0.1:1.3.1", "pci-dss-4.0.1:1.3.2", "pci-dss-4.0.1:7.3.3",
#     "iso-27001-2022:5.15", "iso-27001-2022:8.22"]
#   remediation: "Add the source's zone, component or role to the callers of the zone that is entered, or lead the
#     flow through one that is allowed."
#   not_applicable: the flow enters no zone
#   checks:
#     caller:
#       path: entered
#       each: entered
#       message: "a zone of trust {trust} that is entered has {actual} {actual:entry|entries} in callers that the
#         source matches; at least {required} is needed"
#   avoid: |
#     zones:
#       data: {trust: 3, callers: ["zone:processing"]}
#     flows:
#       - {id: peek, from: portal, to: clinical-db, ...}       # from the zone untrusted
#   prefer: |
#     zones:
#       data: {trust: 3, callers: ["zone:processing"]}
#     flows:
#       - {id: read, from: automation, to: clinical-db, ...}   # from the zone processing
#   rationale: |
#     A zone's list of callers is its threshold: what is not on it is denied. A nested zone is entered through each
#     zone around it, and each of them asks. A zone without a list has denied nobody, so it is judged as if nobody
#     were on it.
package limen.rules.identity.caller_not_allowed

applicable := count(input.entered) > 0

checks.caller[i] := {
	"holds": matched >= 1,
	"actual": matched,
	"required": 1,
	"trust": zone.trust,
	"refs": [zone.ref],
} if {
	some i, zone in input.entered
	matched := zone.callers_matched
}
