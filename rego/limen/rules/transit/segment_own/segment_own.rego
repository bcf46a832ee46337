# METADATA
# title: "A zone has a network segment of its own"
# description: "A zone names its network segment, and no other zone has the same."
# schemas: [{input: schema.zone}]
# custom:
#   id: transit.segment_own
#   subject: zone
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7(21)", "nist-800-53r5:SC-7", "iso-27001-2022:8.22", "pci-dss-4.0.1:1.2.3"]
#   remediation: "Give each zone its own segment, with a policy at its border."
#   not_applicable: "every zone is judged"
#   checks:
#     own:
#       path: segment
#       message: "the zone names no segment, or one that another zone has too"
#   avoid: |
#     zones:
#       app: {trust: 2, segment: core}
#       db: {trust: 3, segment: core}
#   prefer: |
#     zones:
#       app: {trust: 2, segment: app}
#       db: {trust: 3, segment: db}
#   rationale: |
#     A border that no network device knows of is a drawing. Where two zones share a segment, every flow between them
#     is possible, and only the declared ones are judged.
package limen.rules.transit.segment_own

import data.limen.lib.logic

applicable := true

checks["own"] := {"holds": logic.both(input.segmented, input.standing.same_segment == 0)}
