# METADATA
# title: "Applications act in roles that row security binds"
# description: >-
#   No role that was tried is, or may become, a superuser, a role with BYPASSRLS or the owner of a table of tenants,
#   or reads the log or the files of the server.
# schemas: [{input: schema.tenancy_observation}]
# custom:
#   id: conformance.tenancy_roles
#   subject: tenancy_observation
#   severity: critical
#   confidence: certain
#   scope: conformance
#   controls: ["nist-800-53r5:AC-6", "nist-800-53r5:AC-3", "45cfr164:164.312(a)(1)", "21cfr11:11.10(d)",
#     "iso-27001-2022:8.2"]
#   remediation: >-
#     Give the application a role of its own that owns nothing, has NOSUPERUSER and NOBYPASSRLS and is a member of no
#     role that does, and let migrations log in as another.
#   not_applicable: "this is not the database as a whole"
#   checks:
#     superuser:
#       path: roles.superusers
#       needs: [roles.superusers]
#       message: "{actual} {actual:role is|roles are} superuser, or may become one"
#     bypass:
#       path: roles.bypassing
#       needs: [roles.bypassing]
#       message: >-
#         {actual} {actual:role gets|roles get} round row security (BYPASSRLS, REPLICATION, files of the server)
#     owner:
#       path: roles.owners
#       needs: [roles.owners]
#       message: "{actual} {actual:role owns|roles own} a table of tenants, or may act as its owner"
#   avoid: |
#     # ALTER ROLE stock_service BYPASSRLS;
#     probes: [{probe: tenancy, component: stock-db, options: {roles: [stock_service]}}]
#   prefer: |
#     # ALTER ROLE stock_service NOSUPERUSER NOBYPASSRLS;
#     probes: [{probe: tenancy, component: stock-db, options: {roles: [stock_service]}}]
#   rationale: |
#     PostgreSQL asks no policy for a superuser or a role with BYPASSRLS, and a table's owner can switch row security
#     off. A test made as such a role shows that nothing leaks, because to it nothing is another tenant's.
package limen.rules.conformance.tenancy_roles

applicable := input.what == "database"

checks["superuser"] := {"holds": input.roles.superusers == 0, "actual": input.roles.superusers}

checks["bypass"] := {"holds": input.roles.bypassing == 0, "actual": input.roles.bypassing}

checks["owner"] := {"holds": input.roles.owners == 0, "actual": input.roles.owners}
