# METADATA
# title: "Tenants' own components stand in zones of their own"
# description: "A component that belongs to no tenant does not stand in a zone with components of tenants."
# schemas: [{input: schema.component}]
# custom:
#   id: tenancy.zone_apart
#   subject: component
#   severity: medium
#   confidence: certain
#   controls: ["nist-800-53r5:SC-7(21)", "nist-800-53r5:AC-4(21)", "iso-27001-2022:8.22"]
#   remediation: "Declare whose component it is, or move it to a zone of its own."
#   not_applicable: "every component is judged"
#   checks:
#     zone:
#       path: zone
#       message: "it belongs to no tenant, and tenants have components in its zone"
#   avoid: |
#     components:
#       site-portal: {zone: outside, tenant: site-1}
#       proxy: {zone: outside}
#   prefer: |
#     components:
#       site-portal: {zone: outside, tenant: site-1}
#       proxy: {zone: dmz}
#   rationale: |
#     Whatever stands next to a tenant's machines is managed by the tenant's people sooner or later. And a tenant's
#     component that forgot whose it is escapes every question about tenants.
package limen.rules.tenancy.zone_apart

applicable := true

checks["zone"] := {"holds": input.use.mixed_zone == false}
