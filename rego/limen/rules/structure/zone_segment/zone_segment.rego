# METADATA
# title: A zone is a segment of the network
# description: A zone with components names the network segment that separates it.
# schemas: [{input: schema.zone}]
# custom:
#   id: structure.zone_segment
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4(21)", "nist-800-53r5:SC-7", "nist-800-53r5:SC-7(21)", "pci-dss-4.0.1:1.2.3",
#     "iso-27001-2022:8.20", "iso-27001-2022:8.22"]
#   remediation: Give the zone a segment of its own in the network and name it.
#   not_applicable: no component lives in the zone
#   checks:
#     named:
#       path: segmented
#       message: "no segment is named for the zone, where {actual} {actual:component lives|components live}"
#   avoid: |
#     zones: {data: {trust: 3}}
#   prefer: |
#     zones: {data: {trust: 3, segment: db}}
#   rationale: |
#     A zone that exists only in the diagram stops nobody: whoever takes over one host reaches all others. Segments
#     don't authorise, but they bound what a mistake costs.
package limen.rules.structure.zone_segment

applicable := input.components > 0

checks["named"] := {"holds": input.segmented, "actual": input.components}
