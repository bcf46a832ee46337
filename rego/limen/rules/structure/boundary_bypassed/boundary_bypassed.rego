# METADATA
# title: No way avoids the entry checks
# description: Every way from an untrusted zone to a store of a trusted one passes a component that validates or
#   classifies what enters.
# schemas: [{input: schema.path}]
# custom:
#   id: structure.boundary_bypassed
#   subject: path
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:AC-4", "nist-800-53r5:SC-7", "nist-800-53r5:SI-10", "21cfr11:11.10(a)", "eu-annex-11:5",
#     "pci-dss-4.0.1:1.4.1", "pci-dss-4.0.1:1.4.2", "pci-dss-4.0.1:1.4.4", "iso-27001-2022:8.20"]
#   remediation: "Lead the way through the gateway, or give the component where it enters an ingress section."
#   not_applicable: "never: every such pair is judged"
#   checks:
#     checked:
#       path: avoids_ingress
#       message: "some way to the store, which keeps {label}, avoids every entry check; the shortest way is {actual}
#         {actual:flow|flows} long"
#   avoid: |
#     - {id: backdoor, from: site-portal, to: clinical-db, ...}
#   prefer: |
#     # gateway: {ingress: {validates: [...], classifies: [...]}}
#     - {id: upload, from: site-portal, to: gateway, ...}
#     - {id: write, from: gateway, to: clinical-db, ...}
#   rationale: |
#     A threshold is worth what its weakest way round is. One flow that goes past the gateway brings in what nobody
#     checked, and the store can't tell it from the rest.
package limen.rules.structure.boundary_bypassed

applicable := true

checks["checked"] := {"holds": input.avoids_ingress == false, "actual": input.hops, "label": input.label.text}
